using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Server;
using NetworkProtocol.Fast.Tests.Link;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>Peers decide how many connections and packets are bad, but not how many lines that writes.</summary>
[CancelAfter(120_000)]
[Platform(Exclude = "Win")]
internal sealed class LogFloodTests
{
    private const int Flood = 10_000;
    private const int FaultLine = 402;
    private const int RefusedLine = 403;
    private const int FurtherFault = 405;
    private const int FurtherFaultsLine = 406;
    private const int AccessLine = 411;
    private const int FailureLine = 300;
    private const int FurtherFailuresLine = 302;

    // A Unix socket, since so many TCP connections would use up the ports of the machine.
    private string path = null!;
    private ManualTime time = null!;
    private LogLines log = null!;
    private LinkRuntime runtime = null!;

    [SetUp]
    public void SetUp()
    {
        path = Path.Combine(Path.GetTempPath(), $"npfast-{Guid.NewGuid():N}.sock");
        time = new ManualTime();
        log = new LogLines();
        runtime = new LinkRuntime(LinkRuntime.MemoryLimitBytesDefault, log, time.Wheel);
    }

    [TearDown]
    public void TearDown()
    {
        runtime.Dispose();
        log.Dispose();
    }

    [Test]
    public async Task Connections_ClosedByFaults_WriteOneLineEachTenSeconds()
    {
        await using PacketServer server = Start(new HandlerTable());
        for (int i = 0; i < Flood; i++)
        {
            await ScanAsync(server);
        }

        await Eventually.HoldsAsync(() => log.CountOf(FurtherFault) == Flood - 1, "each is logged at debug");
        Assert.That(log.Shown.Select(static line => line.Id), Is.EqualTo(new[] { FaultLine }));
        time.Advance(LogPace.IntervalMs + 100);
        Assert.That(log.Shown.Select(static line => line.Id), Is.EqualTo(new[] { FaultLine, FurtherFaultsLine }));
        Assert.That(log.Shown[1].Text, Does.StartWith($"{Flood - 1} more connections").And.Contain("ProtocolError"));

        // An interval without a fault, and the next one is told at once again.
        time.Advance(2 * LogPace.IntervalMs);
        await ScanAsync(server);
        await Eventually.HoldsAsync(() => log.CountOf(FaultLine) == 2, "the next is told in full");
        Assert.That(log.Shown, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task Connection_WithASession_WritesOneLineAtItsEnd()
    {
        await using PacketServer server = Start(new HandlerTable());
        RawPeer peer = await RawPeer.ConnectAsync(server.Endpoints[0]);
        await peer.OpenAsync();
        await peer.SendAsync(RawPacket.Echo(1, "hello"u8));
        Assert.That((await peer.PacketAsync()).Correlation, Is.EqualTo(1));
        time.Advance(250);
        await peer.SendAsync(RawPacket.Disconnect(ErrorCode.None));
        peer.Close();
        await Eventually.HoldsAsync(() => log.CountOf(AccessLine) == 1, "the end is told");
        (LogLevel level, _, string text) = log.Shown.Single();
        Assert.That(level, Is.EqualTo(LogLevel.Information));

        // In: Hello, ECHO, Disconnect; out: Hello and the reply, and perhaps a Disconnect.
        Assert.That(text, Does.Match(
            @"^connection \d+ closed: unix://\S+ \(pid \d+ uid \d+ gid \d+\) at unix://\S+, peer anonymous, "
            + @"plain session, "
            + @"in 3 packets \d+ bytes, out [23] packets \d+ bytes, 250 ms, PeerClosed$"));
    }

    [Test]
    public async Task Sessions_EndedByFaults_WriteAHundredLinesInTenSecondsAndTheirNumber()
    {
        await using PacketServer server = Start(new HandlerTable());
        const int Sessions = 1000;
        for (int i = 0; i < Sessions; i++)
        {
            RawPeer peer = await RawPeer.ConnectAsync(server.Endpoints[0]);
            await peer.OpenAsync();
            await peer.SendAsync(new byte[64]);
            await peer.PacketAsync();
            peer.Close();
        }

        await Eventually.HoldsAsync(() => server.Connections == 0, "all are closed");
        Assert.That(log.CountOf(AccessLine), Is.EqualTo(AccessLog.FaultsInIntervalMax));
        Assert.That(log.Shown, Has.Count.EqualTo(AccessLog.FaultsInIntervalMax + 1));
        time.Advance(LogPace.IntervalMs + 100);
        Assert.That(log.Shown[^1].Text, Does.StartWith(
            $"{Sessions - AccessLog.FaultsInIntervalMax - 1} more connections were closed by faults"));
    }

    [Test]
    public async Task Server_ThatStops_TellsOfTheFaultsNotToldYet()
    {
        await using PacketServer server = Start(new HandlerTable());
        for (int i = 0; i < 3; i++)
        {
            await ScanAsync(server);
        }

        await Eventually.HoldsAsync(() => server.Connections == 0, "all are closed");
        await server.StopAsync(TimeSpan.Zero);
        Assert.That(log.Shown.Select(static line => line.Id), Is.EqualTo(new[] { FaultLine, FurtherFaultsLine }));
        time.Advance(3 * LogPace.IntervalMs);
        Assert.That(log.Shown, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Connections_Refused_WriteOneLineEachTenSeconds()
    {
        await using PacketServer server = Start(new HandlerTable(), connectionsMax: 1);
        RawPeer first = await RawPeer.ConnectAsync(server.Endpoints[0]);
        await first.OpenAsync();
        await RefuseAsync(server, Flood);
        Assert.That(log.Shown.Select(static line => line.Id), Is.EqualTo(new[] { RefusedLine }));
        time.Advance(LogPace.IntervalMs);
        await RefuseAsync(server, 1);
        Assert.That(log.Shown.Select(static line => line.Id), Is.EqualTo(new[] { RefusedLine, RefusedLine }));
        Assert.That(log.Shown[1].Text, Does.Contain($"{Flood + 1} refused so far"));
        first.Close();
    }

    [TestCase("sync")]
    [TestCase("async")]
    public async Task Handler_ThatFailsWithEachPacket_WarnsOnceEachTenSeconds(string kind)
    {
        HandlerTable handlers = new HandlerTable()
            .Map("sync", static (ref PacketContext _) => throw new InvalidOperationException("no"))
            .MapAsync("async", static _ => throw new InvalidOperationException("no"))
            .Map("good", static (ref PacketContext c) => c.Reply(c.Payload));
        await using PacketServer server = Start(handlers);
        RawPeer peer = await RawPeer.ConnectAsync(server.Endpoints[0]);
        await peer.OpenAsync();
        await FailAsync(peer, kind, Flood);
        Assert.That(log.Shown.Select(static line => line.Id), Is.EqualTo(new[] { FailureLine }));
        time.Advance(LogPace.IntervalMs);
        await FailAsync(peer, kind, 1);
        Assert.That(log.Shown.Select(static line => line.Id),
            Is.EqualTo(new[] { FailureLine, FurtherFailuresLine, FailureLine }));
        Assert.That(log.Shown[1].Text, Does.Contain($"{Flood - 1} more times"));
        Assert.That(log.Shown.Select(static line => line.Level), Is.All.EqualTo(LogLevel.Warning));
        peer.Close();
    }

    private static async Task ScanAsync(PacketServer server)
    {
        RawPeer peer = await RawPeer.ConnectAsync(server.Endpoints[0]);
        await peer.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        RawPacket error = await peer.PacketAsync();
        Assert.That(error.Type, Is.EqualTo(PacketType.Error));
        peer.Close();
    }

    private static async Task RefuseAsync(PacketServer server, int count)
    {
        long before = server.ConnectionsRefused;
        for (int i = 0; i < count; i++)
        {
            RawPeer peer = await RawPeer.ConnectAsync(server.Endpoints[0]);
            await peer.ExpectCloseAsync();
            peer.Close();
        }

        Assert.That(server.ConnectionsRefused - before, Is.EqualTo(count));
    }

    private static async Task FailAsync(RawPeer peer, string kind, int count)
    {
        for (uint i = 1; i <= count; i++)
        {
            await peer.SendAsync(RawPacket.Named(kind, i, default));
            RawPacket answer;
            do
            {
                answer = await peer.PacketAsync();
            }
            while (answer.Type == PacketType.Ping);

            Assert.That(answer.Code, Is.EqualTo(ErrorCode.HandlerFailed));
        }
    }

    private PacketServer Start(HandlerTable handlers, int connectionsMax = 10_000)
    {
        var options = new ServerOptions
        {
            Listeners = [Plain.On(Endpoint.Parse("unix://" + path))],
            ConnectionsMax = connectionsMax,
            Link = new LinkOptions
            {
                // The clock jumps, maybe before a send is seen to have ended: nobody is slow because of that.
                HeartbeatInterval = TimeSpan.FromMinutes(10),
                SlowPeerTimeout = TimeSpan.FromMinutes(10),
            },
        };
        var server = new PacketServer(options, handlers, runtime);
        server.Start();
        return server;
    }
}
