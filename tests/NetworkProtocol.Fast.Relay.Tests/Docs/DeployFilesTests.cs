using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Docs;

/// <summary>The files in docs/deploy do what they say, as far as this machine can tell.</summary>
[TestFixture]
[CancelAfter(60_000)]
internal sealed partial class DeployFilesTests
{
    private static string Folder => Path.Combine(RepositoryRoot.Path, "docs", "deploy");

    [Test]
    public async Task UnitFiles_VerifiedBySystemd_HaveNoFault()
    {
        if (!File.Exists("/usr/bin/systemd-analyze"))
        {
            Assert.Ignore("systemd-analyze is not installed here");
        }

        // It wants the executables to be there, so it gets a copy of the unit that names one that is.
        using var folder = new TemporaryFolder();
        string unit = folder.File("npfast.service");
        string text = await File.ReadAllTextAsync(Path.Combine(Folder, "npfast.service"));
        Assert.That(text, Does.Contain("ExecStart=/usr/local/bin/npfast relay"));
        await File.WriteAllTextAsync(unit, text.Replace("/usr/local/bin/npfast", NpfastProcess.BinaryPath));

        string socket = folder.File("npfast.socket");
        File.Copy(Path.Combine(Folder, "npfast.socket"), socket);

        (int exitCode, byte[] output, string errors) =
            await NpfastProcess.RunProgramAsync("systemd-analyze", [], "verify", unit, socket);

        string[] said = [.. (Encoding.UTF8.GetString(output) + errors).Split('\n')
            .Where(static line => line.Contains("npfast", StringComparison.Ordinal))];
        Assert.That((exitCode, string.Join('\n', said)), Is.EqualTo((0, string.Empty)), errors);
    }

    [Test]
    public async Task SocketUnit_Listeners_AreThoseOfItsConfiguration()
    {
        string text = await File.ReadAllTextAsync(Path.Combine(Folder, "npfast.socket"));
        var configuration = NetworkConfiguration.Parse(string.Join('\n', text.Split('\n')
            .Where(static line => line.StartsWith("#   ", StringComparison.Ordinal))
            .Select(static line => line[4..]).SkipWhile(static line => line != "[server]")));

        Assert.That(
            Streams().Matches(text).Select(static m => m.Groups["at"].Value)
                .Select(static at => at[0] is '/' or '@' ? $"unix://{at}" : $"tcp://{at}"),
            Is.EqualTo(configuration.ToServerOptions().Listeners.Select(static l => l.Endpoint.ToString())));
    }

    [Test]
    public async Task Dockerfile_PathsAndPublishCommand_AreThoseOfTheRepository()
    {
        string text = await File.ReadAllTextAsync(Path.Combine(Folder, "Dockerfile"));
        string readme = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Path, "README.md"));
        Match copy = ContextCopy().Match(text);
        Assert.That(copy.Success, "no file is copied: the scan is broken");
        foreach (string name in ContextCopy().Matches(text).SelectMany(static m => m.Groups["names"].Value.Split(' ')))
        {
            Assert.That(Path.Exists(Path.Combine(RepositoryRoot.Path, name)), name);
        }

        string publish = Publish().Match(text).Value;
        Assert.That(publish, Is.Not.Empty);
        Assert.That(readme, Does.Contain(publish.Replace("\"$rid\"", "linux-x64")));
        Assert.That(text, Does.Contain("\nUSER 1654\n"), "it must not run as root");
    }

    [GeneratedRegex(@"^COPY (?!--)(?<names>.+) \S+$", RegexOptions.Multiline)]
    private static partial Regex ContextCopy();

    [GeneratedRegex("^ListenStream=(?<at>.+)$", RegexOptions.Multiline)]
    private static partial Regex Streams();

    [GeneratedRegex("dotnet publish .* artifacts/npfast")]
    private static partial Regex Publish();
}
