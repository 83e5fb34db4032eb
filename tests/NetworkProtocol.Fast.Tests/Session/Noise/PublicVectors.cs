using System;
using System.IO;
using System.Text.Json;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session.Noise;

/// <summary>Test vectors made elsewhere, which are not part of the repository: in <c>../shared/vectors</c> beside it,
/// or in the folder that <c>NPFAST_VECTORS</c> names.</summary>
internal static class PublicVectors
{
    /// <summary>Reads a file of them; the test that asks is ignored when it is not there, or fails if
    /// <c>NPFAST_REQUIRE_VECTORS</c> is set.</summary>
    internal static JsonElement Read(string file)
    {
        string folder = Environment.GetEnvironmentVariable("NPFAST_VECTORS")
            ?? Path.GetFullPath(RepositoryRoot.Combine("..", "shared", "vectors"));
        string path = Path.Combine(folder, file);
        if (!File.Exists(path))
        {
            string reason = $"{path} is not there: set NPFAST_VECTORS to the folder of the public test vectors";
            if (Environment.GetEnvironmentVariable("NPFAST_REQUIRE_VECTORS") is null)
            {
                Assert.Ignore(reason);
            }

            Assert.Fail(reason);
        }

        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.Clone();
    }

    /// <summary>The bytes of a hexadecimal property.</summary>
    internal static byte[] Hex(this JsonElement element, string name) =>
        Convert.FromHexString(element.GetProperty(name).GetString()!);

    /// <summary>The same, or null when there is no such property.</summary>
    internal static byte[]? HexOrNull(this JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? Convert.FromHexString(value.GetString()!) : null;

    /// <summary>A property's text.</summary>
    internal static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
