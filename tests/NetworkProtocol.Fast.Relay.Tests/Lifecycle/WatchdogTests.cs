using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Relay.Lifecycle;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Server;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Lifecycle;

/// <summary>A socket thread that is stuck in a handler gives no sign of life.</summary>
[TestFixture]
[Platform(Include = "Linux")]
[CancelAfter(60_000)]
internal sealed class WatchdogTests
{
    private const int StuckEvent = 801;

    [Test]
    public async Task Look_WhileAHandlerBlocksALoop_WithholdsTheSign(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        using var manager = new NotifySocket(folder.File("notify"));
        using var log = new LogLines();
        using var notifier = new ServiceNotifier(folder.File("notify"), log);
        using var watchdog = new Watchdog(notifier, Timeout.InfiniteTimeSpan, log);
        using var entered = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        HandlerTable handlers = new HandlerTable().Map("block", (ref PacketContext _) =>
        {
            entered.Set();
            release.Wait(cancellation);
        });
        using var runtime = new LinkRuntime();
        await using var server = new PacketServer(
            new ServerOptions { Listeners = [Plain.Loopback] }, handlers, runtime);
        server.Start();
        await using PacketClient client = await PacketClient.ConnectAsync(
            server.Endpoints[0], runtime, Plain.Client, cancellation);
        try
        {
            await client.SendAsync("block", default, cancellation);
            await Eventually.HoldsAsync(() => entered.IsSet);

            // The first look has nothing to compare with.
            watchdog.Look();
            watchdog.Look();
            watchdog.Look();
            notifier.Ready("after three looks");
            Assert.That((await manager.NextAsync(cancellation))["READY"], Is.EqualTo("1"));
            Assert.That(manager.Signs, Is.EqualTo(1));
            Assert.That(log.CountOf(StuckEvent), Is.EqualTo(2));
        }
        finally
        {
            release.Set();
        }

        // Once it gets on there are signs again.
        await Eventually.HoldsAsync(() =>
        {
            int stuck = log.CountOf(StuckEvent);
            watchdog.Look();
            return log.CountOf(StuckEvent) == stuck;
        });
        await manager.NextAsync(cancellation, isLifeAsked: true);
        Assert.That(manager.Signs, Is.EqualTo(2));
    }
}
