using System.Collections.Generic;
using System.IO;
using System.Runtime.Versioning;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Session;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>Whom each side speaks to, and what the other one hears.</summary>
[CancelAfter(60_000)]
[UnsupportedOSPlatform("windows")]
[Platform(Exclude = "Win", Reason = "files have no modes there")]
internal sealed class SecureTrustTests : SecureFixture
{
    private SecretFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new SecretFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public async Task WrongPin_OfTheServer_EndsTheClientUntrusted([Values] bool authenticates)
    {
        await using ServerHarness harness = StartServer();
        LinkClosed closed = await ConnectFailsAsync(harness.Endpoint, harness.Runtime,
            Trusting(ServerTrust.Pinned(StrangerKey.Fingerprint), authenticates ? ClientKey : null));
        AssertEnded(closed, CloseReason.Untrusted, $"presents {ServerKey.Fingerprint}",
            $"pinned is {StrangerKey.Fingerprint}", "man in the middle", "pin the new one");
        Assert.That(closed.IsRetryable, Is.False);
        await Log.NextAsync();
        Assert.That(Log.Established, Is.Zero, "the server heard no hello");
        await AssertHonestEchoAsync(harness);
    }

    [Test]
    public async Task KnownHosts_WithAnotherKey_EndTheClientUntrusted([Values] bool firstUse)
    {
        await using ServerHarness harness = StartServer();
        string path = folder.Write("known", $"{harness.Endpoint} {StrangerKey.Fingerprint}\n");
        var hosts = new KnownHosts(path);
        LinkClosed closed = await ConnectFailsAsync(harness.Endpoint, harness.Runtime,
            Trusting(firstUse ? ServerTrust.OnFirstUse(hosts) : ServerTrust.Known(hosts)));
        AssertEnded(closed, CloseReason.Untrusted, $"presents {ServerKey.Fingerprint}", $"{path} line 1",
            "man in the middle", "remove that line");
        Assert.That(File.ReadAllText(path), Does.Not.Contain(ServerKey.Fingerprint.ToString()), "nothing was recorded");
        await AssertHonestEchoAsync(harness);
    }

    [Test]
    public async Task KnownHosts_WithoutTheServer_SayWhichLineToAdd()
    {
        await using ServerHarness harness = StartServer();
        string path = folder.Write("known", string.Empty);
        LinkClosed closed = await ConnectFailsAsync(
            harness.Endpoint, harness.Runtime, Trusting(ServerTrust.Known(new KnownHosts(path))));
        AssertEnded(closed, CloseReason.Untrusted, $"add the line: {harness.Endpoint} {ServerKey.Fingerprint}");

        File.AppendAllText(path, $"{harness.Endpoint} {ServerKey.Fingerprint}\n");
        await using PacketClient client =
            await harness.ConnectAsync(Trusting(ServerTrust.Known(new KnownHosts(path))));
        await EchoAsync(client);
    }

    [Test]
    public async Task FirstUse_RecordsTheKey_AndRefusesAnotherOneLater()
    {
        await using ServerHarness harness = StartServer();
        await using var proxy = new FrameProxy(harness.Endpoint);
        var hosts = new KnownHosts(folder.File("state", "known"));
        var notices = new List<string>();
        await using (PacketClient first = await harness.ConnectAsync(
            Trusting(ServerTrust.OnFirstUse(hosts), notice: notices.Add), proxy.Endpoint))
        {
            await EchoAsync(first);
        }

        Assert.That(notices, Has.Count.EqualTo(1));
        Assert.That(notices[0], Does.Contain("is new").And.Contains(ServerKey.Fingerprint.ToString()));
        await using (PacketClient second = await harness.ConnectAsync(
            Trusting(ServerTrust.OnFirstUse(hosts), notice: notices.Add), proxy.Endpoint))
        {
            await EchoAsync(second);
        }

        Assert.That(notices, Has.Count.EqualTo(1), "a known server needs no notice");
        await using ServerHarness other = StartServer(options => options with { Identity = StrangerKey });
        proxy.Target = other.Endpoint;
        LinkClosed closed = await ConnectFailsAsync(
            proxy.Endpoint, harness.Runtime, Trusting(ServerTrust.OnFirstUse(hosts), notice: notices.Add));
        AssertEnded(closed, CloseReason.Untrusted, $"presents {StrangerKey.Fingerprint}", "man in the middle");
        Assert.That(notices, Has.Count.EqualTo(1));
        await AssertHonestEchoAsync(harness);
    }

    [Test]
    public async Task KnownHosts_ThatCannotBeRead_RefuseWithTheirFault()
    {
        await using ServerHarness harness = StartServer();
        string path = folder.Write("known", "nonsense\n");
        LinkClosed closed = await ConnectFailsAsync(
            harness.Endpoint, harness.Runtime, Trusting(ServerTrust.OnFirstUse(new KnownHosts(path))));
        AssertEnded(closed, CloseReason.Untrusted, "cannot tell whether", $"{path} line 1");
        await AssertHonestEchoAsync(harness);
    }

    [Test]
    public async Task ClientKey_ThatIsNotAuthorised_HearsSoInTheSession()
    {
        await using ServerHarness harness = StartServer(Requiring);
        LinkClosed closed = await ConnectFailsAsync(harness.Endpoint, harness.Runtime, Pinned(StrangerKey));
        AssertEnded(closed, CloseReason.RemoteError, "Unauthorized", StrangerKey.Fingerprint.ToString(),
            "add it to the server's authorised keys");
        AssertEnded(await Log.NextAsync(), CloseReason.Untrusted, StrangerKey.Fingerprint.ToString());
        Assert.That(Log.Established, Is.Zero);
        await AssertHonestEchoAsync(harness, ClientKey);
    }

    [Test]
    public async Task AnonymousClient_WhereAKeyIsRequired_HearsSoInTheSession()
    {
        await using ServerHarness harness = StartServer(Requiring);
        LinkClosed closed = await ConnectFailsAsync(harness.Endpoint, harness.Runtime, Pinned());
        AssertEnded(closed, CloseReason.RemoteError, "Unauthorized", "requires a client key", "identity");
        AssertEnded(await Log.NextAsync(), CloseReason.Untrusted, "requires a client key");
        await AssertHonestEchoAsync(harness, ClientKey);
    }

    [Test]
    public async Task Anyone_WithAnyKey_IsToldThatNobodyVerifiedIt()
    {
        await using ServerHarness harness = StartServer();
        var notices = new List<string>();
        await using PacketClient client =
            await harness.ConnectAsync(Trusting(ServerTrust.Anyone, notice: notices.Add));
        await EchoAsync(client);
        Assert.That(notices, Has.Count.EqualTo(1));
        Assert.That(notices[0], Does.Contain("not verified").And.Contains(ServerKey.Fingerprint.ToString()));
    }

    private SecureServerOptions Requiring(SecureServerOptions options) => options with
    {
        ClientAuthentication = ClientAuthentication.Required,
        AuthorizedKeys = AuthorizedKeys.Read(folder.Write("authorised", $"{ClientKey.Fingerprint} ada\n")),
    };
}
