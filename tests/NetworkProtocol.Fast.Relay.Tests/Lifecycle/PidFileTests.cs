using System.Globalization;
using System.IO;
using System.Runtime.Versioning;
using System.Text;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Lifecycle;

/// <summary><c>--pid-file</c> with the real binary.</summary>
[TestFixture]
[Category("Binary")]
[Platform(Exclude = "Win")]
[UnsupportedOSPlatform("windows")]
[CancelAfter(120_000)]
internal sealed class PidFileTests
{
    private static readonly string[] Arguments = ["--listen", "tcp://127.0.0.1:0", "--pid-file"];

    [Test]
    public async Task PidFile_OfARunningRelay_IsItsOwnersAloneAndGoneAfterwards()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("relay.pid");
        using NpfastProcess relay = await NpfastProcess.StartRelayAsync([.. Arguments, path]);

        // The base library would ask for a lock of its own.
        (_, byte[] content, _) = await NpfastProcess.RunProgramAsync("cat", [], path);
        Assert.That(Encoding.ASCII.GetString(content),
            Is.EqualTo(string.Create(CultureInfo.InvariantCulture, $"{relay.Id}\n")));
        Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        (int exitCode, _, string errors) = await NpfastProcess.RunAsync(["relay", .. Arguments, path]);
        Assert.That((exitCode, errors.Trim()), Is.EqualTo((1,
            $"npfast: the pid file {path} belongs to a process that runs; stop it or name another file")));
        Assert.That(File.Exists(path), "the second relay left the first one's file alone");

        Assert.That(await relay.StopAsync(), Is.Zero, relay.Log);
        Assert.That(File.Exists(path), Is.False);
    }

    [Test]
    public async Task PidFile_OfAKilledRelay_IsReplaced()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("relay.pid");
        using (NpfastProcess killed = await NpfastProcess.StartRelayAsync([.. Arguments, path]))
        {
            killed.Kill();
        }

        Assert.That(File.Exists(path), "a killed process removes nothing");
        using NpfastProcess relay = await NpfastProcess.StartRelayAsync([.. Arguments, path]);
        Assert.That(await relay.StopAsync(), Is.Zero, relay.Log);
        Assert.That(File.Exists(path), Is.False);
    }

    [TestCase("precious text\n", "is no pid file; name another, or remove it")]
    [TestCase(null, "cannot write the pid file")]
    public async Task PidFile_ThatCannotBe_FailsAndDestroysNothing(string? content, string message)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File(content is null ? "missing/relay.pid" : "notes");
        if (content is not null)
        {
            await File.WriteAllTextAsync(path, content);
        }

        (int exitCode, _, string errors) = await NpfastProcess.RunAsync(["relay", .. Arguments, path]);

        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(errors, Does.Contain(message));
        Assert.That(content is null || await File.ReadAllTextAsync(path) == content);
    }
}
