using System;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Link;

namespace NetworkProtocol.Fast.Relay.Forwarding;

/// <summary>A link that a reload took out of its upstream: it gets no new requests, and ends with the last
/// reply.</summary>
internal sealed partial class UpstreamLink
{
    // Whoever chose this link before it was taken out has entered its request into the table by then.
    private static readonly TimeSpan Overtaking = TimeSpan.FromMilliseconds(4 * TimerWheel.TickMs);

    private bool retiring;

    /// <summary>Lets the requests under way end, which their own deadlines bound, and closes.</summary>
    internal async Task RetireAsync()
    {
        await Task.Delay(Overtaking, runtime.Wheel.Time).ConfigureAwait(false);
        Volatile.Write(ref retiring, true);
        PeerLink? link = Interlocked.Exchange(ref live, null);
        WakeClients();
        if (link is not null)
        {
            await Task.Delay(Overtaking, runtime.Wheel.Time).ConfigureAwait(false);
            Volatile.Write(ref leaving, link);
            CloseIfLeft();
            TimeSpan longest = options.RequestTimeout + TimeSpan.FromSeconds(5);
            await Task.WhenAny(running, Task.Delay(longest, runtime.Wheel.Time, stopping.Token)).ConfigureAwait(false);
        }

        await StopAsync().ConfigureAwait(false);
    }
}
