using System;
using NetworkProtocol.Fast.Link;

namespace NetworkProtocol.Fast.Relay.Forwarding;

/// <summary>How many requests the upstream takes at a time, and who may have the places.</summary>
internal sealed partial class UpstreamLink
{
    // A client that holds a quarter of the places leaves the last quarter to others: however much it asks for, those
    // who ask for little get through.
    private const int ShareOfOne = 4;

    /// <summary>Where this client has to wait before it can begin a request; null if it need not.</summary>
    internal Gate? GateFor(PeerLink client, PeerLink link)
    {
        int max = InFlightMax(link);
        bool isGreedy = client.RequestsInFlight >= Math.Max(max / ShareOfOne, 1);
        return InFlight < PlacesFor(isGreedy, max) ? null : isGreedy ? greedyGate : gate;
    }

    /// <summary>Where a client waits that lost the last place to another.</summary>
    internal Gate Gate => gate;

    /// <summary>Milliseconds that a request may take, waiting for a place included.</summary>
    internal long TimeoutMs => timeoutMs;

    private static int PlacesFor(bool isGreedy, int max) => isGreedy ? max - (max / ShareOfOne) : max;

    // A place was given up by an exchange, which is the fence that the gates ask for.
    private void WakeClients()
    {
        gate.WakeIfReady();
        greedyGate.WakeIfReady();
    }

    private sealed class RequestGate(UpstreamLink upstream, bool isGreedy) : Gate
    {
        // Without a connection there is nothing to wait for: the waiter goes on and finds another link, or none.
        internal override bool IsReady => upstream.Live is not { } link
            || upstream.InFlight < PlacesFor(isGreedy, upstream.InFlightMax(link));

        internal override bool IsOneByOne => upstream.Live is not null;
    }
}
