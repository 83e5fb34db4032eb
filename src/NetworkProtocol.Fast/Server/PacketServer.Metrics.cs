using System;
using NetworkProtocol.Fast.Diagnostics;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Server;

/// <summary>The server in numbers.</summary>
public sealed partial class PacketServer : IMetricSource
{
    void IMetricSource.Collect(MetricSnapshot snapshot)
    {
        snapshot.Add(Metrics.Draining, IsDraining ? 1 : 0);
        HandshakeCounters handshakes = Handshakes;
        snapshot.Add(Metrics.HandshakesUnderWay, handshakes.UnderWay);
        ReplayCounters replays = Replays;
        snapshot.Add(Metrics.HandshakesRefused, handshakes.RefusedByTotal, "under_way");
        snapshot.Add(Metrics.HandshakesRefused, handshakes.RefusedByAddress, "under_way_of_address");
        snapshot.Add(Metrics.HandshakesRefused, replays.TooOld, "too_old");
        snapshot.Add(Metrics.HandshakesRefused, replays.Forgotten, "clock_set_back");
        snapshot.Add(Metrics.HandshakesRefused, replays.TooFarAhead, "too_far_ahead");
        snapshot.Add(Metrics.HandshakesRefused, replays.Replayed, "replayed");
        snapshot.Add(Metrics.HandshakesRefused, replays.Full, "guard_full");
        snapshot.Add(Metrics.HandshakesRefused, replays.ShareFull, "guard_share_full");
        ListenerLook[] look = Array.ConvertAll(acceptors, static a => new ListenerLook(a.Totals));

        links.Look(look, static (all, link) => Array.Find(all, l => ReferenceEquals(l.Totals, link.Totals))?.See(link),
            all => Array.ForEach(all, l => l.Collect(snapshot)));
    }
}
