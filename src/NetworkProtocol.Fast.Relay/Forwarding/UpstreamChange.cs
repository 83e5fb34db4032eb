using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Forwarding;

/// <summary>
/// What a reload makes of one upstream: prepared while it may still fail, then connected beside what is in force, then
/// put into force together with that of all others (<see cref="UpstreamGroup.Apply"/>).
/// </summary>
/// <param name="Group">The upstream, new or known.</param>
/// <param name="Options">What it is to be.</param>
/// <param name="Connector">What TLS needs for that; null without TLS.</param>
/// <param name="Links">All links it will have.</param>
/// <param name="Added">Those that are new.</param>
/// <param name="Leaving">Those of before that are not among them.</param>
internal sealed record UpstreamChange(
    UpstreamGroup Group, UpstreamOptions Options, TlsConnector? Connector, UpstreamLink[] Links,
    IReadOnlyList<UpstreamLink> Added, IReadOnlyList<UpstreamLink> Leaving)
{
    internal void Start()
    {
        foreach (UpstreamLink link in Added)
        {
            link.Start();
        }
    }

    /// <summary>Waits until requests can go over one of the links, if any that they go over now is to leave or there
    /// are none yet; gives up after a time.</summary>
    internal async Task WaitForOneAsync(TimeSpan patience, CancellationToken hurry)
    {
        long start = Stopwatch.GetTimestamp();
        while ((Leaving.Count > 0 || Added.Count == Links.Length) && !Links.Any(static link => link.Live is not null)
            && Stopwatch.GetElapsedTime(start) < patience && !hurry.IsCancellationRequested)
        {
            await Task.Delay(TimerWheel.TickMs / 5, CancellationToken.None).ConfigureAwait(false);
        }
    }
}
