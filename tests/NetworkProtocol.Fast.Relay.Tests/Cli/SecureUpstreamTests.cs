using System;
using System.IO;
using System.Runtime.Versioning;
using System.Text;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Cli;

/// <summary>Relay and upstream in processes and state directories of their own, with secure sessions between
/// them.</summary>
[TestFixture]
[Category("Binary")]
[UnsupportedOSPlatform("windows")]
[Platform(Exclude = "Win", Reason = "files have no modes there")]
[CancelAfter(60_000)]
internal sealed class SecureUpstreamTests
{
    private const string AnyPort = "tcp://127.0.0.1:0";
    private const string OtherKey = "sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    private TemporaryFolder folder = null!;
    private string relayState = null!;
    private string upstreamKey = null!;

    [SetUp]
    public async Task MakeKeysAsync()
    {
        folder = new TemporaryFolder();
        relayState = folder.File("relay");
        upstreamKey = await PrintedAsync("key", "generate", "--state", folder.File("upstream"));
    }

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [TestCase("pin")]
    [TestCase("second pin")]
    [TestCase("known hosts")]
    [TestCase("own key")]
    public async Task Upstream_ThatIsTrusted_Answers(string how)
    {
        using NpfastProcess upstream = await StartUpstreamAsync();
        string node = upstream.Endpoints[0].ToString();
        Write("hosts", $"{node} {upstreamKey}\n");
        string[] trust = how switch
        {
            "pin" => ["--upstream-pin", "up=" + upstreamKey],
            "second pin" => ["--upstream-pin", "up=" + OtherKey, "--upstream-pin", "up=" + upstreamKey],
            "known hosts" => ["--known-hosts", folder.File("hosts")],
            _ => ["--state", folder.File("upstream")],
        };
        using NpfastProcess relay = await StartRelayAsync(node, trust);

        await Eventually.HoldsAsync(() => relay.Log.Contains($"connected to {node}", StringComparison.Ordinal));
        Assert.That(await PrintedAsync(
            "send", relay.Endpoints[0].ToString(), "mirror", "through", "--insecure-any-key"), Is.EqualTo("through"));
    }

    [Test]
    public async Task Upstream_WithAnotherKeyThanPinned_IsAnErrorInTheLogAndNoUpstream()
    {
        using NpfastProcess upstream = await StartUpstreamAsync();
        string node = upstream.Endpoints[0].ToString();
        using NpfastProcess relay = await StartRelayAsync(node, "--upstream-pin", "up=" + OtherKey);

        await Eventually.HoldsAsync(() => relay.Log.Contains("fail: NetworkProtocol.Fast.Forwarding[504] upstream up: "
            + $"{node} is not trusted: server {node} presents {upstreamKey}, pinned is {OtherKey}",
            StringComparison.Ordinal));
        await AnswersNoUpstreamAsync(relay);
    }

    [Test]
    public async Task Upstream_UnknownAndThenAdded_IsTriedAgain()
    {
        using NpfastProcess upstream = await StartUpstreamAsync();
        string node = upstream.Endpoints[0].ToString();
        using NpfastProcess relay = await StartRelayAsync(node);
        string advice = $"add --upstream-pin up={upstreamKey}, or a line with both to the file";
        await Eventually.HoldsAsync(() => relay.Log.Contains(advice, StringComparison.Ordinal));
        await AnswersNoUpstreamAsync(relay);

        Write("relay/known_hosts", $"{node} {upstreamKey}\n");

        await Eventually.HoldsAsync(() => relay.Log.Contains($"connected to {node}", StringComparison.Ordinal));
    }

    [Test]
    public async Task Upstream_ThatRequiresClientKeys_KnowsTheRelayByItsOwn()
    {
        string relayKey = await PrintedAsync("key", "generate", "--state", relayState);
        Write("clients", $"{relayKey} edge\n");
        using NpfastProcess upstream = await StartUpstreamAsync(
            "--client-auth", "required", "--authorized-keys", folder.File("clients"), "--log-level", "debug");
        using NpfastProcess relay =
            await StartRelayAsync(upstream.Endpoints[0].ToString(), "--upstream-pin", "up=" + upstreamKey);

        await Eventually.HoldsAsync(
            () => upstream.Log.Contains("peer edge, software npfast relay", StringComparison.Ordinal));
        Assert.That(await relay.StopAsync(), Is.Zero, relay.Log);
        Assert.That(upstream.Log, Does.Not.Contain("Truncated"), "the relay says goodbye");
    }

    [Test]
    public async Task Upstream_ThatDoesNotAuthoriseTheRelay_IsNotAskedAllTheTime()
    {
        Write("clients", string.Empty);
        using NpfastProcess upstream = await StartUpstreamAsync(
            "--client-auth", "required", "--authorized-keys", folder.File("clients"));
        using NpfastProcess relay =
            await StartRelayAsync(upstream.Endpoints[0].ToString(), "--upstream-pin", "up=" + upstreamKey);

        const string Refusal = "RemoteError: Unauthorized: the client key ";
        await Eventually.HoldsAsync(() => relay.Log.Split(Refusal).Length > 10);
        string[] times = Array.ConvertAll(Array.FindAll(relay.Log.Split('\n'),
            static line => line.Contains(Refusal, StringComparison.Ordinal)), static line => line.Split(' ')[0]);
        TimeSpan span = DateTime.Parse(times[^1], null) - DateTime.Parse(times[0], null);

        // Two links with about five attempts each: 50, 100, 200 and 400 ms apart at the least.
        Assert.That(span, Is.GreaterThan(TimeSpan.FromMilliseconds(300)));
    }

    [Test]
    public async Task Upstream_PlainByName_IsSpokenToPlainly()
    {
        using NpfastProcess upstream = await NpfastProcess.StartRelayAsync(
            "--listen", AnyPort, "--session", "plain", "--route", "mirror=echo");
        string node = upstream.Endpoints[0].ToString();
        using NpfastProcess relay = await StartRelayAsync(node, "--upstream-session", "up=plain");

        await Eventually.HoldsAsync(() => relay.Log.Contains($"connected to {node}", StringComparison.Ordinal));
        Assert.That(relay.Log, Does.Contain($"sessions with upstream up at {node} are plain"));
    }

    private static async Task AnswersNoUpstreamAsync(NpfastProcess relay)
    {
        (int exitCode, byte[] output, string errors) = await NpfastProcess.RunAsync(
            "send", relay.Endpoints[0].ToString(), "mirror", "x", "--insecure-any-key");
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(output, Is.Empty);
        Assert.That(errors, Does.Contain("NoUpstream: no upstream is connected"));
    }

    private static async Task<string> PrintedAsync(params string[] arguments)
    {
        (int exitCode, byte[] output, string errors) = await NpfastProcess.RunAsync(arguments);
        Assert.That(exitCode, Is.Zero, errors);
        return Encoding.ASCII.GetString(output).TrimEnd();
    }

    private Task<NpfastProcess> StartUpstreamAsync(params string[] flags) => NpfastProcess.StartRelayAsync(
        ["--listen", AnyPort, "--state", folder.File("upstream"), "--route", "mirror=echo", .. flags]);

    private Task<NpfastProcess> StartRelayAsync(string node, params string[] flags)
    {
        string[] state = Array.IndexOf(flags, "--state") < 0 ? ["--state", relayState] : [];
        return NpfastProcess.StartRelayAsync(
            ["--listen", AnyPort, "--upstream", "up=" + node, "--route", "mirror=up", .. state, .. flags]);
    }

    private void Write(string name, string content)
    {
        string draft = folder.File("draft");
        File.WriteAllText(draft, content);
        File.SetUnixFileMode(draft, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Move(draft, folder.File(name));
    }
}
