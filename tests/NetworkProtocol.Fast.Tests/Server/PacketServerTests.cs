using System;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Server;
using NetworkProtocol.Fast.Transport;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

[TestFixture]
[CancelAfter(60_000)]
internal sealed class PacketServerTests
{
    private LinkRuntime runtime = null!;
    private PacketServer server = null!;
    private Endpoint endpoint = null!;

    [SetUp]
    public void SetUp()
    {
        runtime = new LinkRuntime();
        HandlerTable handlers = new HandlerTable()
            .Map("upper", static (ref PacketContext c) => c.Reply(Upper(Encoding.ASCII.GetString(c.Payload))))
            .Map("silent", static (ref PacketContext _) => { })
            .Map("throws", static (ref PacketContext _) => throw new InvalidOperationException("on purpose"))
            .Map("300-399", static (ref PacketContext c) => c.Reply("range"u8))
            .MapAsync("later", static async r =>
            {
                await Task.Yield();
                r.Reply(r.Payload.Span);
            })
            .MapAsync("later.throws", static async r =>
            {
                await Task.Yield();
                throw new InvalidOperationException("on purpose");
            });
        var options = new ServerOptions { Listeners = [Plain.Loopback] };
        server = new PacketServer(options, handlers, runtime);
        server.Start();
        endpoint = server.Endpoints[0];
    }

    [TearDown]
    public async Task TearDown()
    {
        await server.DisposeAsync();
        runtime.Dispose();
    }

    [Test]
    public async Task Request_ToEveryKindOfHandler_IsAnswered()
    {
        await using PacketClient client = await PacketClient.ConnectAsync(endpoint, runtime, Plain.Client);
        Assert.That(await TextAsync(client.RequestAsync("ECHO", "hello"u8.ToArray())), Is.EqualTo("hello"));
        Assert.That(await TextAsync(client.RequestAsync("upper", "hello"u8.ToArray())), Is.EqualTo("HELLO"));
        Assert.That(await TextAsync(client.RequestAsync("silent", default)), Is.Empty);
        Assert.That(await TextAsync(client.RequestAsync("later", "x"u8.ToArray())), Is.EqualTo("x"));
        Assert.That(await TextAsync(client.RequestAsync(333, default)), Is.EqualTo("range"));
        Assert.That(await client.PingAsync(), Is.GreaterThan(TimeSpan.Zero));
    }

    [TestCase("throws", ErrorCode.HandlerFailed)]
    [TestCase("later.throws", ErrorCode.HandlerFailed)]
    [TestCase("nobody", ErrorCode.NoRoute)]
    public async Task Request_ThatFails_IsAnsweredWithItsErrorAndTheLinkLivesOn(string name, ErrorCode code)
    {
        await using PacketClient client = await PacketClient.ConnectAsync(endpoint, runtime, Plain.Client);
        PacketErrorException? error = Assert.ThrowsAsync<PacketErrorException>(
            async () => (await client.RequestAsync(name, default)).Dispose());
        Assert.That(error!.Code, Is.EqualTo(code));
        Assert.That(await TextAsync(client.RequestAsync("ECHO", "still here"u8.ToArray())), Is.EqualTo("still here"));
    }

    [Test]
    public async Task Echo_OfEverySize_ReturnsTheSameBytes()
    {
        await using PacketClient client = await PacketClient.ConnectAsync(endpoint, runtime, Plain.Client);
        foreach (int size in new[] { 0, 1, 63, 4_000, 4_096, 8_200, 32_700, 65_536, 70_000, 1 << 20, 16 << 20 })
        {
            byte[] payload = new byte[size];
            new Random(size).NextBytes(payload);
            using PacketReply reply = await client.RequestAsync("ECHO", payload);
            Assert.That(reply.Payload.Span.SequenceEqual(payload), $"{size} bytes");
        }
    }

    [Test]
    public async Task Requests_ManyInFlight_GetTheirOwnReplies()
    {
        await using PacketClient client = await PacketClient.ConnectAsync(endpoint, runtime, Plain.Client);
        Task[] callers = [.. Enumerable.Range(0, 64).Select(async caller =>
        {
            for (int i = 0; i < 500; i++)
            {
                string text = $"{caller}.{i}";
                string name = i % 2 == 0 ? "ECHO" : "later";
                string reply = await TextAsync(client.RequestAsync(name, Encoding.ASCII.GetBytes(text)));
                Assert.That(reply, Is.EqualTo(text));
            }
        })];
        await Task.WhenAll(callers);
    }

    [Test]
    public async Task Stop_WithAClientConnected_ReturnsAndTheClientHears()
    {
        await using PacketClient client = await PacketClient.ConnectAsync(endpoint, runtime, Plain.Client);
        int cut = await server.StopAsync(TimeSpan.FromSeconds(10));
        LinkClosed closed = await client.Closed;
        Assert.That(cut, Is.Zero);
        Assert.That(closed.Reason, Is.Not.EqualTo(CloseReason.None));
    }

    private static byte[] Upper(string text) => Encoding.ASCII.GetBytes(text.ToUpperInvariant());

    private static async Task<string> TextAsync(ValueTask<PacketReply> task)
    {
        using PacketReply reply = await task;
        return Encoding.ASCII.GetString(reply.Payload.Span);
    }
}
