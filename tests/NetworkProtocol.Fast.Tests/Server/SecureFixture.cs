using System;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>Keys, a server with secure sessions for each test, and the question that ends most of them: does an honest
/// client still get its echo.</summary>
internal abstract class SecureFixture
{
    /// <summary>What a client says when the server has refused its handshake without a word.</summary>
    protected const string RefusedSilently = "the server ended the handshake";

    protected IdentityKey ServerKey { get; private set; } = null!;

    protected IdentityKey ClientKey { get; private set; } = null!;

    protected IdentityKey StrangerKey { get; private set; } = null!;

    /// <summary>How connections of the server of this test ended.</summary>
    protected ClosedLog Log { get; private set; } = null!;

    [OneTimeSetUp]
    public void MakeKeys()
    {
        ServerKey = IdentityKey.Create();
        ClientKey = IdentityKey.Create();
        StrangerKey = IdentityKey.Create();
    }

    [OneTimeTearDown]
    public void ReleaseKeys()
    {
        ServerKey.Dispose();
        ClientKey.Dispose();
        StrangerKey.Dispose();
    }

    [SetUp]
    public void MakeLog() => Log = new ClosedLog();

    [TearDown]
    public void ReleaseLog() => Log.Dispose();

    protected ServerHarness StartServer(
        Func<SecureServerOptions, SecureServerOptions>? secure = null, LinkOptions? link = null,
        bool manualTime = false, HandlerTable? handlers = null)
    {
        var options = new SecureServerOptions { Identity = ServerKey };
        return new ServerHarness(
            handlers, link, manualTime: manualTime, secure: secure?.Invoke(options) ?? options, loggers: Log);
    }

    /// <summary>An honest client's options: it has pinned the server's key.</summary>
    protected ClientOptions Pinned(IdentityKey? identity = null) =>
        Trusting(ServerTrust.Pinned(ServerKey.Fingerprint), identity);

    protected static ClientOptions Trusting(
        ServerTrust trust, IdentityKey? identity = null, Action<string>? notice = null) => new()
        {
            Secure = new SecureClientOptions { Trust = trust, Identity = identity, Notice = notice },
        };

    protected static async Task<LinkClosed> ConnectFailsAsync(
        Endpoint endpoint, LinkRuntime runtime, ClientOptions options)
    {
        PacketConnectionException? error = null;
        try
        {
            await using PacketClient client = await PacketClient.ConnectAsync(endpoint, runtime, options);
            Assert.Fail("the client took the session for open");
        }
        catch (PacketConnectionException e)
        {
            error = e;
        }

        Assert.That(error!.Message, Does.Contain(error.Closed.ToString()), "the exception says why");
        return error.Closed;
    }

    protected static async Task EchoAsync(PacketClient client, int bytes = 64)
    {
        byte[] payload = new byte[bytes];
        new Random(bytes).NextBytes(payload);
        using PacketReply reply = await client.RequestAsync("ECHO", payload, TimeSpan.FromSeconds(20));
        Assert.That(reply.Payload.Span.SequenceEqual(payload));
    }

    /// <summary>Asks for echoes, four at a time, until the connection ends; how it ended.</summary>
    protected static async Task<LinkClosed> EchoUntilClosedAsync(PacketClient client, int bytes = 1_000)
    {
        await Task.WhenAll(AskAsync(), AskAsync(), AskAsync(), AskAsync());
        return await client.Closed;

        async Task AskAsync()
        {
            try
            {
                while (true)
                {
                    await EchoAsync(client, bytes);
                }
            }
            catch (PacketConnectionException)
            {
                // How it ended is the same for all of them.
            }
        }
    }

    protected async Task AssertHonestEchoAsync(ServerHarness harness, IdentityKey? identity = null)
    {
        await using PacketClient client = await harness.ConnectAsync(Pinned(identity));
        await EchoAsync(client);
        Assert.That(client.ServerIdentity?.Fingerprint, Is.EqualTo(ServerKey.Fingerprint));
    }

    protected static void AssertEnded(LinkClosed closed, CloseReason reason, params string[] words)
    {
        Assert.That(closed.Reason, Is.EqualTo(reason), closed.ToString());
        foreach (string word in words)
        {
            Assert.That(closed.Detail, Does.Contain(word));
        }
    }
}
