using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Cli;

/// <summary>The relay's own key, and those of its clients.</summary>
[TestFixture]
[Category("Binary")]
[UnsupportedOSPlatform("windows")]
[Platform(Exclude = "Win", Reason = "files have no modes there")]
[CancelAfter(60_000)]
internal sealed partial class RelayIdentityTests
{
    private const string AnyPort = "tcp://127.0.0.1:0";

    private TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public async Task RelayAndSend_InAFreshHome_WorkWithoutAFlag()
    {
        var home = new Dictionary<string, string?> { ["XDG_STATE_HOME"] = folder.File("home") };
        using NpfastProcess relay = await NpfastProcess.StartRelayWithVariablesAsync(home, "--listen", AnyPort);

        (int exitCode, byte[] output, string errors) =
            await NpfastProcess.RunWithVariablesAsync(home, "send", relay.Endpoints[0].ToString(), "ECHO", "hello");

        Assert.That(exitCode, Is.Zero, errors);
        Assert.That(output, Is.EqualTo("hello"u8.ToArray()));
        Assert.That(errors, Is.Empty);
        Assert.That(File.Exists(folder.File("home/npfast/identity.pem")));
    }

    [Test]
    public async Task Relay_Started_LogsTheFingerprintThatTheKeyCommandPrints()
    {
        string state = folder.File("state");
        using NpfastProcess first = await NpfastProcess.StartRelayAsync("--listen", AnyPort, "--state", state);
        using NpfastProcess second = await NpfastProcess.StartRelayAsync("--listen", AnyPort, "--state", state);

        string printed = await PrintedAsync("key", "fingerprint", "--state", state);

        Assert.That(IdentityIn(first.Log), Is.EqualTo(printed));
        Assert.That(IdentityIn(second.Log), Is.EqualTo(printed));
        Assert.That(first.Log, Does.Contain("made a private key: "));
        Assert.That(second.Log, Does.Not.Contain("made a private key"));
    }

    [Test]
    public async Task Relay_IdentityElsewhere_IsMadeThereAndNowhereElse()
    {
        string path = folder.File("keys/relay.pem");
        using NpfastProcess relay = await NpfastProcess.StartRelayAsync(
            "--listen", AnyPort, "--identity", path, "--state", folder.File("state"));

        Assert.That(IdentityIn(relay.Log), Is.EqualTo(await PrintedAsync("key", "fingerprint", path)));
        Assert.That(Directory.Exists(folder.File("state")), Is.False);
    }

    [Test]
    public async Task Relays_StartedAtOnceInOneStateDirectory_UseOneKey()
    {
        string state = folder.File("state");
        NpfastProcess[] relays = await Task.WhenAll(Enumerable.Range(0, 4).Select(
            _ => NpfastProcess.StartRelayAsync("--listen", AnyPort, "--state", state)));
        try
        {
            Assert.That(relays.Select(static r => IdentityIn(r.Log)).Distinct().Count(), Is.EqualTo(1));
            (int exitCode, _, string errors) = await NpfastProcess.RunAsync(
                "send", relays[3].Endpoints[0].ToString(), "ECHO", "x", "--state", state);
            Assert.That(exitCode, Is.Zero, errors);
        }
        finally
        {
            Array.ForEach(relays, static r => r.Dispose());
        }
    }

    [Test]
    public async Task Relay_WithoutASecureSession_MakesNoKey()
    {
        string state = folder.File("state");
        using NpfastProcess plain = await NpfastProcess.StartRelayAsync(
            "--listen", AnyPort, "--session", "plain", "--state", state);
        using NpfastProcess unix = await NpfastProcess.StartRelayAsync(
            "--listen", "unix://" + folder.File("relay.sock"), "--state", state);

        Assert.That(Directory.Exists(state), Is.False);
        Assert.That(plain.Log + unix.Log, Does.Not.Contain("identity"));
    }

    [Test]
    public async Task Relay_KeyThatItsGroupCanRead_IsRefusedWithWhatToDo()
    {
        string path = folder.File("identity.pem");
        await PrintedAsync("key", "generate", "--out", path);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        await FailsAsync($"key file {path} is open to others (mode 0640); run chmod 600 {path}, "
            + "and replace the key if somebody may have read it", "--identity", path);
    }

    [Test]
    public async Task Relay_ListOfClientsThatCannotBeRead_FailsBeforeAKeyIsMade()
    {
        string list = Write("clients", "nonsense\n");

        (int exitCode, _, string errors) = await NpfastProcess.RunAsync("relay", "--listen", AnyPort,
            "--state", folder.File("state"), "--client-auth", "required", "--authorized-keys", list);

        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(errors, Does.StartWith($"npfast: authorised-keys file {list} line 1: "));
        Assert.That(Directory.Exists(folder.File("state")), Is.False);
    }

    [Test]
    public async Task Relay_ThatRequiresClientKeys_ServesTheAuthorisedAndNamesThemInTheLog()
    {
        string alice = await PrintedAsync("key", "generate", "--out", folder.File("alice.pem"));
        string mallory = await PrintedAsync("key", "generate", "--out", folder.File("mallory.pem"));
        string list = Write("clients", $"{alice} alice at the till\n");
        using NpfastProcess relay = await NpfastProcess.StartRelayAsync("--listen", AnyPort,
            "--client-auth", "required", "--authorized-keys", list, "--log-level", "debug");
        string[] send = ["send", relay.Endpoints[0].ToString(), "ECHO", "hello"];

        (int served, byte[] output, string errors) =
            await NpfastProcess.RunAsync([.. send, "--identity", folder.File("alice.pem")]);
        (int stranger, byte[] nothing, string why) =
            await NpfastProcess.RunAsync([.. send, "--identity", folder.File("mallory.pem")]);
        (int anonymous, byte[] neither, string whyNot) = await NpfastProcess.RunAsync(send);

        Assert.That(served, Is.Zero, errors);
        Assert.That(output, Is.EqualTo("hello"u8.ToArray()));
        Assert.That((stranger, anonymous), Is.EqualTo((1, 1)));
        Assert.That(nothing.Concat(neither), Is.Empty);
        Assert.That(why, Does.Contain($"Unauthorized: the client key {mallory} is not authorised here"));
        Assert.That(whyNot, Does.Contain("Unauthorized: this server requires a client key"));
        await Eventually.HoldsAsync(
            () => relay.Log.Contains("peer alice at the till, software", StringComparison.Ordinal));
        await Eventually.HoldsAsync(() => relay.Log.Contains($"peer {mallory}, Untrusted: ", StringComparison.Ordinal));
        await Eventually.HoldsAsync(() => relay.Log.Contains("peer anonymous, Untrusted: ", StringComparison.Ordinal));
    }

    [Test]
    public async Task Relay_ThatNamesClientsOnly_ServesStrangersToo()
    {
        string alice = await PrintedAsync("key", "generate", "--out", folder.File("alice.pem"));
        string list = Write("clients", $"{alice} alice\n");
        using NpfastProcess relay = await NpfastProcess.StartRelayAsync(
            "--listen", AnyPort, "--authorized-keys", list, "--log-level", "debug");
        string uri = relay.Endpoints[0].ToString();

        await PrintedAsync("send", uri, "ECHO", "x", "--identity", folder.File("alice.pem"));
        await PrintedAsync("send", uri, "ECHO", "x");

        await Eventually.HoldsAsync(
            () => relay.Log.Contains("peer alice, software", StringComparison.Ordinal));
        await Eventually.HoldsAsync(() => relay.Log.Contains("peer anonymous, software", StringComparison.Ordinal));
    }

    [Test]
    public async Task Route_ForSomeClients_RefusesTheOthers()
    {
        string alice = await PrintedAsync("key", "generate", "--out", folder.File("alice.pem"));
        string bob = await PrintedAsync("key", "generate", "--out", folder.File("bob.pem"));
        string list = Write("clients", $"{alice} alice\n{bob} bob\n");
        using NpfastProcess relay = await NpfastProcess.StartRelayAsync(
            "--listen", AnyPort, "--authorized-keys", list, "--route", "admin.*=echo",
            "--route-clients", "admin.*=alice,carol");
        string uri = relay.Endpoints[0].ToString();
        string[] send = ["send", uri, "admin.stop", "now"];

        Assert.That(await PrintedAsync([.. send, "--identity", folder.File("alice.pem")]), Is.EqualTo("now"));
        foreach (string[] who in new string[][] { ["--identity", folder.File("bob.pem")], [] })
        {
            (int exitCode, byte[] output, string errors) = await NpfastProcess.RunAsync([.. send, .. who]);
            Assert.That((exitCode, output.Length), Is.EqualTo((1, 0)));
            Assert.That(errors, Does.Contain("Unauthorized: this client may not use this route"));
        }

        Assert.That(await PrintedAsync("send", uri, "ECHO", "open to all"), Is.EqualTo("open to all"));
    }

    [Test]
    public async Task List_ThatChanges_IsInForceWithoutARestart()
    {
        string alice = await PrintedAsync("key", "generate", "--out", folder.File("alice.pem"));
        string list = Write("clients", "# nobody yet\n");
        using NpfastProcess relay = await NpfastProcess.StartRelayAsync(
            "--listen", AnyPort, "--client-auth", "required", "--authorized-keys", list);
        string[] send = ["send", relay.Endpoints[0].ToString(), "ECHO", "x", "--identity", folder.File("alice.pem")];
        Assert.That((await NpfastProcess.RunAsync(send)).ExitCode, Is.EqualTo(1));

        File.AppendAllText(list, $"{alice} alice\n");
        await Eventually.HoldsAsync(() => relay.Log.Contains("again: 1 authorised keys", StringComparison.Ordinal));
        Assert.That(await PrintedAsync(send), Is.EqualTo("x"));
    }

    [Test]
    public async Task Send_ClientKeyThatIsMissing_SaysSo()
    {
        string path = folder.File("none.pem");
        (int exitCode, _, string errors) =
            await NpfastProcess.RunAsync("send", "tcp://127.0.0.1:1", "ECHO", "x", "--identity", path);

        Assert.That(errors, Is.EqualTo($"npfast: key file {path} does not exist; check the path, "
            + "or make one with npfast key generate" + Environment.NewLine));
        Assert.That(exitCode, Is.EqualTo(1));
    }

    private static string IdentityIn(string log) => IdentityLine().Matches(log).Single().Groups[1].Value;

    private static async Task<string> PrintedAsync(params string[] arguments)
    {
        (int exitCode, byte[] output, string errors) = await NpfastProcess.RunAsync(arguments);
        Assert.That(exitCode, Is.Zero, errors);
        return Encoding.ASCII.GetString(output).TrimEnd();
    }

    private static async Task FailsAsync(string message, params string[] arguments)
    {
        (int exitCode, byte[] output, string errors) =
            await NpfastProcess.RunAsync(["relay", "--listen", AnyPort, .. arguments]);
        Assert.That(errors, Is.EqualTo($"npfast: {message}{Environment.NewLine}"));
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(output, Is.Empty);
    }

    private string Write(string name, string content)
    {
        File.WriteAllText(folder.File(name), content);
        File.SetUnixFileMode(folder.File(name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return folder.File(name);
    }

    [GeneratedRegex(@" identity (sha256:\S+)$", RegexOptions.Multiline)]
    private static partial Regex IdentityLine();
}
