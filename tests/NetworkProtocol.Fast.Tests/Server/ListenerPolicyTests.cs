using System;
using System.Linq;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Server;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>Every listener of a server has a session policy of its own.</summary>
[TestFixture]
internal sealed class ListenerPolicyTests
{
    private static readonly Endpoint AnyPort = Endpoint.Parse("tcp://127.0.0.1:0");

    [Test]
    public async Task Listeners_OnePlainTwoSecureWithKeysOfTheirOwn_EachServesItsKind()
    {
        using IdentityKey first = IdentityKey.Create();
        using IdentityKey second = IdentityKey.Create();
        using var runtime = new LinkRuntime();
        await using var server = new PacketServer(
            new ServerOptions { Listeners = [Plain.Loopback, Secure(first), Secure(second)] },
            new HandlerTable(), runtime);
        server.Start();
        ClientOptions[] options = [Plain.Client, Trusting(first), Trusting(second)];
        foreach ((Endpoint endpoint, ClientOptions option) in server.Endpoints.Zip(options))
        {
            await using PacketClient client = await PacketClient.ConnectAsync(endpoint, runtime, option);
            using PacketReply reply = await client.RequestAsync("ECHO", new byte[] { 1 });
            Assert.That(reply.Payload.Length, Is.EqualTo(1));
        }

        Assert.That(async () => await PacketClient.ConnectAsync(server.Endpoints[2], runtime, Trusting(first)),
            Throws.InstanceOf<PacketConnectionException>(), "the key is the listener's, not the server's");
        Assert.That(server.Handshakes.Admitted, Is.EqualTo(3), "counters are those of all listeners");
    }

    [Test]
    public async Task Listeners_WithOneKeyAndPoliciesOfTheirOwn_ShareTheMemoryOfHandshakes()
    {
        using IdentityKey key = IdentityKey.Create();
        using var runtime = new LinkRuntime();
        ServerListener listener = Secure(key);
        ServerListener narrow = listener with
        {
            Secure = listener.Secure! with { Limits = new HandshakeLimitOptions { PerAddressMax = 1 } },
        };
        await using var server = new PacketServer(
            new ServerOptions { Listeners = [listener, narrow] }, new HandlerTable(), runtime);
        server.Start();
        foreach (Endpoint endpoint in server.Endpoints)
        {
            await using PacketClient client = await PacketClient.ConnectAsync(endpoint, runtime, Trusting(key));
        }

        Assert.That(server.Replays.Accepted, Is.EqualTo(2));
        Assert.That(server.Security!.Guard.Counters.Accepted, Is.EqualTo(2), "both are in the first one's memory");
    }

    [Test]
    public void Options_OneKeyWithTwoWindows_AreRefused()
    {
        using IdentityKey key = IdentityKey.Create();
        ServerListener listener = Secure(key);
        ServerListener other = listener with
        {
            Secure = listener.Secure! with { Replay = new ReplayOptions { Ahead = TimeSpan.FromSeconds(7) } },
        };
        Assert.That(() => new ServerOptions { Listeners = [listener, other] }.Validate(),
            Throws.ArgumentException.With.Message.Contains("same Replay options"));
        Assert.That(() => new ServerListener(AnyPort).Validate(),
            Throws.ArgumentException.With.Message.Contains("takes secure sessions"));
    }

    private static ServerListener Secure(IdentityKey key) =>
        new(AnyPort) { Secure = new SecureServerOptions { Identity = key } };

    private static ClientOptions Trusting(IdentityKey key) =>
        new() { Secure = new SecureClientOptions { Trust = ServerTrust.Pinned(key.Fingerprint) } };
}
