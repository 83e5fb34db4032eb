using System;
using System.Globalization;
using System.Threading;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Lifecycle;

/// <summary>
/// Signs of life for a service manager's watchdog, at half of the time that it grants. They stop when a socket thread
/// does not come to the end of a turn; and as they are sent from the thread pool, when that does not run any more.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    private readonly ServiceNotifier notifier;
    private readonly ILogger logger;
    private readonly EventLoopProgress loops = new();
    private readonly Timer timer;

    /// <param name="notifier">Where the signs go.</param>
    /// <param name="interval">Time from one look to the next; infinite leaves them to the caller.</param>
    /// <param name="logger">For loops that are stuck.</param>
    internal Watchdog(ServiceNotifier notifier, TimeSpan interval, ILogger logger)
    {
        this.notifier = notifier;
        this.logger = logger;
        timer = new Timer(static state => ((Watchdog)state!).Look(), this,
            interval == Timeout.InfiniteTimeSpan ? interval : TimeSpan.Zero, interval);
    }

    /// <summary>Starts one if the manager asks for signs of life: WATCHDOG_USEC is set, and WATCHDOG_PID names this
    /// process or nobody.</summary>
    /// <returns>Null where none is asked for.</returns>
    internal static Watchdog? Start(ServiceNotifier notifier, ILogger logger) =>
        notifier.IsHeard && IntervalOf(
            Environment.GetEnvironmentVariable("WATCHDOG_USEC"), Environment.GetEnvironmentVariable("WATCHDOG_PID"),
            Environment.ProcessId) is { } interval
            ? new Watchdog(notifier, interval, logger)
            : null;

    /// <returns>Time between two signs of life; null where none are asked for.</returns>
    internal static TimeSpan? IntervalOf(string? microseconds, string? process, int self)
    {
        bool isMine = string.IsNullOrEmpty(process)
            || process == self.ToString(CultureInfo.InvariantCulture);
        if (!isMine || !long.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out long time)
            || time <= 0)
        {
            return null;
        }

        // A timer's resolution is a millisecond, and its longest time some weeks.
        return TimeSpan.FromMilliseconds(Math.Clamp(time / 2000, 1, int.MaxValue));
    }

    public void Dispose() => timer.Dispose();

    /// <summary>Sends a sign of life unless a loop is stuck. One at a time.</summary>
    internal void Look()
    {
        if (loops.AllTurn())
        {
            notifier.Alive();
        }
        else
        {
            LifecycleLog.Stuck(logger);
        }
    }
}
