using System;
using System.IO;
using System.Text.Json;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Cli;

/// <summary>What the running binary says about itself.</summary>
[TestFixture]
[Category("Binary")]
[CancelAfter(60_000)]
internal sealed class InfoCommandTests
{
    [Test]
    public async Task Info_RuntimeSettings_AreThoseOfTheFile()
    {
        (int exitCode, byte[] output, string errors) = await NpfastProcess.RunAsync("info", "--json");
        Assert.That(exitCode, Is.Zero, errors);
        using JsonDocument reported = JsonDocument.Parse(output);
        using JsonDocument file = JsonDocument.Parse(await File.ReadAllBytesAsync(ConfigurationPath()));
        JsonElement inForce = reported.RootElement.GetProperty("runtime settings");

        int compared = 0;
        foreach (JsonProperty property in file.RootElement.GetProperty("configProperties").EnumerateObject())
        {
            string expected = property.Value.ToString().ToLowerInvariant();
            Assert.That(inForce.GetProperty(property.Name).GetString(), Is.EqualTo(expected), property.Name);
            compared++;
        }

        Assert.That(compared, Is.GreaterThan(3));
    }

    [Test]
    public async Task Info_Json_HoldsTheSectionsOfTheText()
    {
        (_, byte[] json, _) = await NpfastProcess.RunAsync("info", "--json");
        (_, byte[] bytes, _) = await NpfastProcess.RunAsync("info");
        string text = System.Text.Encoding.UTF8.GetString(bytes);
        using JsonDocument document = JsonDocument.Parse(json);

        foreach (JsonProperty section in document.RootElement.EnumerateObject())
        {
            Assert.That(text, Does.Contain(section.Name + Environment.NewLine));
            foreach (JsonProperty entry in section.Value.EnumerateObject())
            {
                Assert.That(text, Does.Match($@"(?m)^  {entry.Name} +\S"), entry.Name);
            }
        }

        Assert.That(document.RootElement.GetProperty("sockets").GetProperty("inline completions").GetString(),
            Is.EqualTo("true"));
    }

    private static string ConfigurationPath()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "aot.runtimeconfig.json");
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new FileNotFoundException("aot.runtimeconfig.json is in no folder above the tests");
    }
}
