using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Link;
using NetworkProtocol.Fast.Tests.Session;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>A man in the middle with a key of his own, who opens a session with each side and relays between
/// them.</summary>
[CancelAfter(60_000)]
[UnsupportedOSPlatform("windows")]
[Platform(Exclude = "Win", Reason = "files have no modes there")]
internal sealed class SecureMiddleTests : SecureFixture
{
    private SecretFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new SecretFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public async Task Middle_BeforeAClientThatKnowsTheServer_GetsNothing(
        [Values("pinned", "known", "first use")] string trust, [Values] bool authenticates)
    {
        await using ServerHarness harness = StartServer();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var endpoint = Endpoint.Parse($"tcp://{listener.LocalEndpoint}");
        var hosts = new KnownHosts(folder.Write("known", $"{endpoint} {ServerKey.Fingerprint}\n"));
        Task<int> relayed = RelayAsync(listener, harness.Endpoint);
        LinkClosed closed = await ConnectFailsAsync(endpoint, harness.Runtime, Trusting(
            trust switch
            {
                "pinned" => ServerTrust.Pinned(ServerKey.Fingerprint),
                "known" => ServerTrust.Known(hosts),
                _ => ServerTrust.OnFirstUse(hosts),
            },
            authenticates ? ClientKey : null));
        AssertEnded(closed, CloseReason.Untrusted, $"presents {StrangerKey.Fingerprint}", "man in the middle");
        Assert.That(await relayed, Is.Zero, "he read no packet of the client");
        await AssertHonestEchoAsync(harness);
    }

    [Test]
    public async Task Middle_BeforeAClientThatTrustsAnyone_ReadsAllAndTheClientWasWarned()
    {
        await using ServerHarness harness = StartServer();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var notices = new List<string>();
        Task<int> relayed = RelayAsync(listener, harness.Endpoint);
        await using (PacketClient client = await harness.ConnectAsync(
            Trusting(ServerTrust.Anyone, notice: notices.Add), Endpoint.Parse($"tcp://{listener.LocalEndpoint}")))
        {
            await EchoAsync(client);
            Assert.That(client.ServerIdentity?.Fingerprint, Is.EqualTo(StrangerKey.Fingerprint));
        }

        Assert.That(await relayed, Is.GreaterThanOrEqualTo(2), "a hello and an echo at least");
        Assert.That(notices, Has.Count.EqualTo(1));
        Assert.That(notices[0], Does.Contain("not verified").And.Contains(StrangerKey.Fingerprint.ToString()));
    }

    [Test]
    public async Task Middle_WithoutTheClientsKey_IsNotAuthorisedByTheServer()
    {
        await using ServerHarness harness = StartServer(options => options with
        {
            ClientAuthentication = ClientAuthentication.Required,
            AuthorizedKeys = AuthorizedKeys.Read(folder.Write("authorised", $"{ClientKey.Fingerprint} ada\n")),
        });
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task<int> relayed = RelayAsync(listener, harness.Endpoint);
        LinkClosed closed = await ConnectFailsAsync(
            Endpoint.Parse($"tcp://{listener.LocalEndpoint}"), harness.Runtime,
            Trusting(ServerTrust.Anyone, ClientKey));
        AssertEnded(closed, CloseReason.RemoteError, "Unauthorized");
        Assert.That(Log.Established, Is.Zero, "the careless client's identity was of no use to him");
        await relayed;
        await AssertHonestEchoAsync(harness, ClientKey);
    }

    // One connection; how many records of the client he could read.
    private async Task<int> RelayAsync(TcpListener listener, Endpoint target)
    {
        Socket socket = await listener.AcceptSocketAsync();
        using var near = new SecureRawPeer(new SocketConnection(socket, target, target));
        if (!await near.TryAcceptAsync(StrangerKey))
        {
            return 0;
        }

        using SecureRawPeer far = await SecureRawPeer.ConnectAsync(target);
        await far.SendAsync(far.Begin(StrangerKey));
        Assert.That(await far.TryFinishAsync());
        Task<int> forth = PumpAsync(near, far);
        await PumpAsync(far, near);
        return await forth;
    }

    private static async Task<int> PumpAsync(SecureRawPeer from, SecureRawPeer to)
    {
        int records = 0;
        while (await from.RecordAsync() is { } plaintext)
        {
            records++;
            await to.TrySendAsync(to.Seal(plaintext));
        }

        to.ShutdownSend();
        return records;
    }
}
