using System.Collections.Generic;
using System.Linq;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using NetworkProtocol.Fast.Session;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session;

/// <summary>A private key that came from outside is in the platform's key object and nowhere else, and after that is
/// released nowhere at all.</summary>
[NonParallelizable]
[CancelAfter(120_000)]
[SupportedOSPlatform("linux")]
[Platform("Linux", Reason = "reads /proc")]
internal sealed class IdentitySecretTests
{
    [Test]
    public void Identity_ReadFromAFileAndDisposed_IsNowhereInMemory()
    {
        using var folder = new SecretFolder();
        string path = folder.File("identity.pem");
        using (IdentityKey made = IdentityKey.Create())
        {
            made.WriteFile(path);
        }

        var scan = new MemoryScan();
        IdentityKey read = IdentityKey.ReadFile(path);
        scan.Add("identity", read.Key.ExportParameters(includePrivateParameters: true).D!, reversedToo: true);
        Assert.That(Copies(scan, "read"), Is.EqualTo(1));
        read.Dispose();
        Assert.That(Copies(scan, "disposed"), Is.Zero);
    }

    [Test]
    public void KeyPair_OfAScalarAndDisposed_IsNowhereInMemory()
    {
        byte[] scalar = RandomNumberGenerator.GetBytes(P256.CoordinateBytes);
        scalar[0] &= 0x7F; // below the curve's order
        var scan = new MemoryScan();
        P256KeyPair pair = P256KeyPair.FromScalar(scalar);
        scan.Add("scalar", scalar, reversedToo: true);
        Assert.That(Copies(scan, "imported"), Is.EqualTo(1));
        pair.Dispose();
        Assert.That(Copies(scan, "disposed"), Is.Zero);
    }

    private static int Copies(MemoryScan scan, string when)
    {
        Dictionary<string, int> found = scan.Run();
        TestContext.Out.WriteLine($"{when}: {string.Join(", ", found.Select(static e => $"{e.Key} {e.Value}"))}");
        return found.Values.Sum();
    }
}
