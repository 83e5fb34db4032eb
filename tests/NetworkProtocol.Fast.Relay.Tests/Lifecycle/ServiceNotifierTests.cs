using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Lifecycle;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Lifecycle;

/// <summary>A service manager that has no room: nobody waits for it, and it hears what matters once it
/// reads.</summary>
[TestFixture]
[Platform(Include = "Linux")]
[CancelAfter(60_000)]
internal sealed class ServiceNotifierTests
{
    [Test]
    public async Task Notices_ToAFullSocket_DoNotBlockAndComeInOrderOnceThereIsRoom(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        using var manager = new NotifySocket(folder.File("notify"));
        using var log = new LogLines();
        using var notifier = new ServiceNotifier(folder.File("notify"), log);
        manager.Fill();

        // Each of them would wait for the manager for ever.
        await Task.Run(
            () =>
            {
                notifier.Reloading();
                notifier.Ready("here");
                notifier.Alive();
            },
            cancellation).WaitAsync(cancellation);

        Assert.That((await manager.NextAsync(cancellation))["RELOADING"], Is.EqualTo("1"));
        Assert.That((await manager.NextAsync(cancellation))["STATUS"], Is.EqualTo("here"));
        Assert.That(manager.Signs, Is.Zero, "a sign of life is of its moment");
        Assert.That(log.Shown, Is.Empty);
    }

    [Test]
    public async Task Stopping_WhileOthersWait_TakesTheirPlace(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        using var manager = new NotifySocket(folder.File("notify"));
        using var log = new LogLines();
        using var notifier = new ServiceNotifier(folder.File("notify"), log);
        manager.Fill();
        await Task.Run(
            () =>
            {
                notifier.Ready("late");
                notifier.Stopping("going", TimeSpan.FromSeconds(1));
            },
            cancellation).WaitAsync(cancellation);
        Dictionary<string, string> notice = await manager.NextAsync(cancellation);
        Assert.That(notice["STATUS"], Is.EqualTo("going"));
    }

    [Test]
    public async Task Notices_ToAManagerThatNeverReads_AreGivenUpAndTold()
    {
        using var folder = new TemporaryFolder();
        using var manager = new NotifySocket(folder.File("notify"));
        using var log = new LogLines();
        using var notifier = new ServiceNotifier(folder.File("notify"), log);
        manager.Fill();
        notifier.Ready("nobody hears");
        await Eventually.HoldsAsync(() => log.Shown.Count == 1);
        Assert.That(log.Shown[0].Text, Does.Contain("it does not read what it is told"));
    }
}
