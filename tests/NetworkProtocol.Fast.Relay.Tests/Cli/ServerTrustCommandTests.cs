using System;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Text;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Session;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Cli;

/// <summary>
/// Which servers <c>send</c> and <c>ping</c> speak to. The relay belongs to another user, as far as the client can
/// tell: it has a state directory of its own.
/// </summary>
[TestFixture]
[Category("Binary")]
[CancelAfter(120_000)]
[UnsupportedOSPlatform("windows")]
[Platform(Exclude = "Win", Reason = "files have no modes there")]
internal sealed class ServerTrustCommandTests
{
    private const string OtherKey = "sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    private TemporaryFolder folder = null!;
    private NpfastProcess relay = null!;
    private string uri = null!;
    private string key = null!;
    private string state = null!;

    [SetUp]
    public async Task StartAsync()
    {
        folder = new TemporaryFolder();
        relay = await NpfastProcess.StartRelayAsync(
            "--listen", "tcp://127.0.0.1:0", "--state", folder.File("relay"), "--route", "mirror=echo");
        uri = relay.Endpoints[0].ToString();
        using IdentityKey identity = IdentityKey.ReadFile(folder.File("relay/identity.pem"));
        key = identity.Fingerprint.ToString();
        state = folder.File("client");
    }

    [TearDown]
    public void Stop()
    {
        relay.Dispose();
        folder.Dispose();
    }

    [Test]
    public async Task Send_UnknownServer_IsRefusedWithItsKeyAndThreeWaysOn()
    {
        await RefusedAsync(UnknownServer);
        Assert.That(File.Exists(KnownHostsPath), Is.False);
    }

    [Test]
    public async Task Send_OwnKeyThatCannotBeUsed_IsNamedWhereTheServerIsRefusedOnly()
    {
        Directory.CreateDirectory(state);
        string own = Path.Combine(state, "identity.pem");
        File.Copy(folder.File("relay/identity.pem"), own);
        File.SetUnixFileMode(own, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        await RefusedAsync($"{UnknownServer}; your own key was left out of account: key file {own} is open to others "
            + $"(mode 0640); run chmod 600 {own}, and replace the key if somebody may have read it");
        await ServedAsync(string.Empty, "--pin", key);
    }

    [TestCase(null)]
    [TestCase(OtherKey)]
    public async Task Send_RightPin_IsServed(string? before) =>
        await ServedAsync(string.Empty, before is null ? ["--pin", key] : ["--pin", before, "--pin", key]);

    [Test]
    public async Task Send_WrongPin_IsRefused() => await RefusedAsync(
        $"server {uri} presents {key}, pinned is {OtherKey}; this may be a man in the middle; "
        + "if the server's key was changed on purpose, pin the new one", "--pin", OtherKey);

    [Test]
    public async Task Send_TrustOnFirstUseThenStrictThenChanged_RecordsServesAndRefuses()
    {
        await ServedAsync(
            $"npfast: server {uri} is new; its key {key} is now in {KnownHostsPath}", "--trust-first-use");
        await ServedAsync(string.Empty);
        await ServedAsync(string.Empty, "--trust-first-use");

        await File.WriteAllTextAsync(KnownHostsPath, $"{uri} {OtherKey}\n");
        string refusal = $"server {uri} presents {key}, known is {OtherKey} ({KnownHostsPath} line 1); "
            + "this may be a man in the middle; if the server's key was changed on purpose, remove that line";
        await RefusedAsync(refusal);
        await RefusedAsync(refusal, "--trust-first-use");
    }

    [Test]
    public async Task Send_KnownHostsFileElsewhere_IsTheOneThatCounts()
    {
        string elsewhere = folder.File("hosts");
        await File.WriteAllTextAsync(elsewhere, $"{uri} {key}\n");
        File.SetUnixFileMode(elsewhere, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        await ServedAsync(string.Empty, "--known-hosts", elsewhere);
        Assert.That(Directory.Exists(state), Is.False, "nothing is made in the state directory");
    }

    [Test]
    public async Task Send_InsecureAnyKey_IsServedAndWarnedEachTime()
    {
        string warning = $"npfast: server {uri} presents {key}, which is not verified; "
            + "this may be a man in the middle; pin that key if it is the right one";
        await ServedAsync(warning, "--insecure-any-key");
        await ServedAsync(warning, "--insecure-any-key");
        Assert.That(File.Exists(KnownHostsPath), Is.False);
    }

    [Test]
    public async Task Send_OwnKey_IsServedUnlessTheFileSaysAnother()
    {
        Directory.CreateDirectory(state);
        File.Copy(folder.File("relay/identity.pem"), Path.Combine(state, "identity.pem"));
        await ServedAsync(string.Empty);
        await ServedAsync(string.Empty, "--trust-first-use");
        Assert.That(File.Exists(KnownHostsPath), Is.False, "an own key is not recorded");

        await File.WriteAllTextAsync(KnownHostsPath, $"{uri} {OtherKey}\n");
        File.SetUnixFileMode(KnownHostsPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await RefusedAsync($"server {uri} presents {key}, known is {OtherKey} ({KnownHostsPath} line 1); "
            + "this may be a man in the middle; if the server's key was changed on purpose, remove that line");
    }

    [Test]
    public async Task Ping_UnknownThenPinned_IsRefusedThenServed()
    {
        (int refused, byte[] nothing, string why) = await NpfastProcess.RunAsync("ping", uri, "--state", state);
        (int served, byte[] output, string errors) =
            await NpfastProcess.RunAsync("ping", uri, "--pin", key, "--count", "1");

        Assert.That(refused, Is.EqualTo(1));
        Assert.That(nothing, Is.Empty);
        Assert.That(why, Does.Contain(key).And.Contain("--insecure-any-key"));
        Assert.That(served, Is.Zero, errors);
        Assert.That(Encoding.UTF8.GetString(output), Does.StartWith($"reply from {uri}"));
    }

    [Test]
    public async Task Bench_UnknownThenPinned_IsRefusedThenServed()
    {
        string[] bench = ["bench", uri, "--seconds", "0.05", "--rounds", "1", "--connections", "2"];
        (int refused, _, string why) = await NpfastProcess.RunAsync([.. bench, "--state", state]);
        (int served, _, string errors) = await NpfastProcess.RunAsync([.. bench, "--pin", key]);

        Assert.That(refused, Is.EqualTo(1));
        Assert.That(why, Does.Contain(key));
        Assert.That(served, Is.Zero, errors);
    }

    [Test]
    public async Task Send_PlainToASecureListener_IsToldWhatIsExpected()
    {
        (int exitCode, _, string errors) =
            await NpfastProcess.RunAsync("send", uri, "ECHO", "x", "--session", "plain");

        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(errors, Does.Contain("expected a secure session (NPS1), got a plain session (NPF1)"));
    }

    [Test]
    public async Task Send_PlainBeyondThisMachine_IsWarnedOf()
    {
        // An address that is nobody's (RFC 5737).
        (int exitCode, _, string errors) = await NpfastProcess.RunAsync(
            "send", "tcp://192.0.2.1:9000", "ECHO", "x", "--session", "plain", "--timeout", "50ms");

        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(errors, Does.StartWith("npfast: warning: the session with tcp://192.0.2.1:9000 is plain: "
            + $"whoever is on the way can read and change everything{Environment.NewLine}npfast: "));
    }

    [Test]
    public async Task Send_SecureToAPlainListener_IsToldWhatIsExpected()
    {
        using NpfastProcess plain = await NpfastProcess.StartRelayAsync(
            "--listen", "tcp://127.0.0.1:0", "--session", "plain");

        (int exitCode, byte[] output, string errors) = await NpfastProcess.RunAsync(
            "send", plain.Endpoints[0].ToString(), "ECHO", "x", "--insecure-any-key");

        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(output, Is.Empty);
        Assert.That(errors, Does.Contain("expected a plain session (NPF1), got a secure session (NPS1)"));
    }

    [Test]
    public async Task Send_SecureOnAUnixSocket_TakesTheSameTrust()
    {
        string socket = "unix://" + folder.File("secure.sock");
        using NpfastProcess listening = await NpfastProcess.StartRelayAsync(
            "--listen", socket, "--session", "secure", "--state", folder.File("relay"));

        (int refused, _, string why) =
            await NpfastProcess.RunAsync("send", socket, "ECHO", "x", "--session", "secure", "--state", state);
        (int served, byte[] output, string errors) =
            await NpfastProcess.RunAsync("send", socket, "ECHO", "x", "--session", "secure", "--pin", key);

        Assert.That(refused, Is.EqualTo(1));
        Assert.That(why, Does.Contain($"server {socket} is not in"));
        Assert.That(served, Is.Zero, errors);
        Assert.That(output, Is.EqualTo("x"u8.ToArray()));
    }

    [TestCase("strict")]
    [TestCase("own key")]
    [TestCase("known")]
    [TestCase("known, on first use")]
    [TestCase("pinned")]
    public async Task Send_ToAManInTheMiddle_TellsHimNothing(string mode)
    {
        await using ManInTheMiddle man = await ManInTheMiddle.BeforeAsync(relay.Endpoints[0]);
        Directory.CreateDirectory(state);
        if (mode == "own key")
        {
            File.Copy(folder.File("relay/identity.pem"), Path.Combine(state, "identity.pem"));
        }
        else if (mode.StartsWith("known", StringComparison.Ordinal))
        {
            await File.WriteAllTextAsync(KnownHostsPath, $"{man.Uri} {key}\n");
            File.SetUnixFileMode(KnownHostsPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        string[] flags = mode switch
        {
            "pinned" => ["--pin", key],
            "known, on first use" => ["--state", state, "--trust-first-use"],
            _ => ["--state", state],
        };
        (int exitCode, byte[] output, string errors) =
            await NpfastProcess.RunAsync(["send", man.Uri, "secret", "payload", .. flags]);

        Assert.That(exitCode, Is.EqualTo(1), errors);
        Assert.That(output, Is.Empty);
        Assert.That(errors, Does.Contain(man.Fingerprint.ToString()));
        Assert.That(man.Overheard, Is.Empty);
    }

    [Test]
    public async Task Send_InsecureToAManInTheMiddle_TellsHimAll()
    {
        await using ManInTheMiddle man = await ManInTheMiddle.BeforeAsync(relay.Endpoints[0]);

        (int exitCode, byte[] output, string errors) =
            await NpfastProcess.RunAsync("send", man.Uri, "secret", "payload", "--insecure-any-key");

        Assert.That(exitCode, Is.Zero, errors);
        Assert.That(output, Is.EqualTo("payload"u8.ToArray()), "it came back from the relay behind him");
        Assert.That(man.Overheard.Single(), Is.EqualTo("payload"u8.ToArray()));
    }

    private string UnknownServer => $"server {uri} is not in {KnownHostsPath}; it presents {key}; "
        + $"only if its operator confirms that this is its key, add --pin {key}, "
        + "or --trust-first-use to record it; --insecure-any-key takes any key";

    private string KnownHostsPath => Path.Combine(state, "known_hosts");

    private async Task ServedAsync(string expectedErrors, params string[] flags)
    {
        (int exitCode, byte[] output, string errors) =
            await NpfastProcess.RunAsync(["send", uri, "ECHO", "hello", "--state", state, .. flags]);
        Assert.That(exitCode, Is.Zero, errors);
        Assert.That(output, Is.EqualTo("hello"u8.ToArray()));
        Assert.That(errors.TrimEnd(), Is.EqualTo(expectedErrors));
    }

    private async Task RefusedAsync(string message, params string[] flags)
    {
        (int exitCode, byte[] output, string errors) =
            await NpfastProcess.RunAsync(["send", uri, "ECHO", "hello", "--state", state, .. flags]);
        Assert.That(errors, Is.EqualTo($"npfast: {message}{Environment.NewLine}"));
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(output, Is.Empty);
    }
}
