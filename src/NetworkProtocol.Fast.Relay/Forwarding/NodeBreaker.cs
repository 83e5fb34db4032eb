using System;
using System.Threading;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Forwarding;

/// <summary>
/// The circuit breaker of one node, which all links to it share. Closed: it gets requests. Open after a number of
/// failures in a row: it gets none until a delay has passed. Half open: exactly one request is on its way, whose end
/// closes the breaker or opens it again for twice as long. Lock-free; any thread. A good reply of a node without
/// failures costs one read.
/// </summary>
/// <remarks>
/// What counts is what another node might have done better: no reply in time, a connection lost under requests (once,
/// however many were on it), and the Errors Timeout, NoUpstream, Overloaded and ShuttingDown, by which a node says the
/// same of itself. Any other Error is an answer: the node read the request and decided.
/// </remarks>
internal sealed class NodeBreaker(UpstreamOptions options, Endpoint node, TimerWheel wheel, ILogger logger)
{
    internal const string Closed = "closed";
    internal const string HalfOpen = "half_open";
    internal const string Open = "open";

    // One word, so that state and count change together: the state in the two low bits, above them the failures in a
    // row while it is closed. Zero is a healthy node.
    private const int StateMask = 3;
    private const int StateOpen = 1;
    private const int StateHalfOpen = 2;
    private const int OneFailure = 4;

    private readonly LogPace pace = new();
    private int word;
    private long retryAtMs;

    // Failed probes since it was closed; written by whoever ends a probe.
    private int failedProbes;
    private bool isTold;

    // The request that is the probe. A correlation is never zero, and stands for one request of its link.
    private UpstreamLink? prober;
    private uint probe;

    internal string State => (Volatile.Read(ref word) & StateMask) switch
    {
        StateOpen => Open,
        StateHalfOpen => HalfOpen,
        _ => Closed,
    };

    /// <summary>Whether requests go there.</summary>
    internal bool IsClosed => (Volatile.Read(ref word) & StateMask) == 0;

    /// <summary>Whether a good reply has to be told (<see cref="Succeeded"/>).</summary>
    internal bool HasFailures => Volatile.Read(ref word) != 0;

    /// <summary>Whether a packet that wants no reply may go there: not while the delay runs or a probe is under way. It
    /// proves nothing, so it is no probe.</summary>
    internal bool TakesOneWay => IsClosed || IsDue;

    /// <summary>Whether an open breaker's delay has passed, so that a request may go there as the probe.</summary>
    internal bool IsDue => Volatile.Read(ref word) == StateOpen && wheel.NowMs >= Volatile.Read(ref retryAtMs);

    /// <summary>Whether an Error that a node answers with counts as its failure.</summary>
    internal static bool IsFailure(ErrorCode code) =>
        code is ErrorCode.Timeout or ErrorCode.NoUpstream or ErrorCode.Overloaded or ErrorCode.ShuttingDown;

    /// <summary>Makes the caller's request the probe; then it calls <see cref="Probe"/> or
    /// <see cref="GiveBack"/>.</summary>
    /// <returns>False when it is not due, or another request was faster.</returns>
    internal bool TryBeginProbe() =>
        IsDue && Interlocked.CompareExchange(ref word, StateHalfOpen, StateOpen) == StateOpen;

    /// <summary>Names the probe, before it is sent.</summary>
    internal void Probe(UpstreamLink link, uint correlation)
    {
        Volatile.Write(ref prober, link);
        Volatile.Write(ref probe, correlation);
    }

    /// <summary>The probe was not sent, or nobody will learn how it ended: the next request is one.</summary>
    internal void GiveBack()
    {
        Volatile.Write(ref probe, 0);
        Volatile.Write(ref word, StateOpen);
    }

    internal bool IsProbe(UpstreamLink link, uint correlation) =>
        HasFailures && Volatile.Read(ref probe) == correlation && ReferenceEquals(Volatile.Read(ref prober), link);

    /// <summary>A request was answered.</summary>
    internal void Succeeded(UpstreamLink link, uint correlation)
    {
        int seen = Volatile.Read(ref word);
        if (seen == 0)
        {
            return;
        }

        if ((seen & StateMask) == 0)
        {
            // Whoever was faster has counted a failure after this success.
            Interlocked.CompareExchange(ref word, 0, seen);
        }
        else if (IsProbe(link, correlation))
        {
            Volatile.Write(ref probe, 0);
            failedProbes = 0;
            bool tells = isTold;
            isTold = false;
            Volatile.Write(ref word, 0);
            if (tells)
            {
                ForwardingLog.BreakerClosed(logger, options.Name, node);
            }
        }
    }

    /// <summary>A request failed by the node's fault. While the breaker is not closed only the probe's end
    /// counts.</summary>
    internal void Failed(UpstreamLink link, uint correlation, ErrorCode code)
    {
        while (options.Failures > 0)
        {
            int seen = Volatile.Read(ref word);
            if ((seen & StateMask) != 0)
            {
                if (IsProbe(link, correlation))
                {
                    Volatile.Write(ref probe, 0);
                    failedProbes++;
                    long delay = Delay();
                    Volatile.Write(ref word, StateOpen);
                    Tell(code, delay);
                }

                return;
            }

            bool trips = (seen / OneFailure) + 1 >= options.Failures;
            long delayMs = trips ? Delay() : 0;
            if (Interlocked.CompareExchange(ref word, trips ? StateOpen : seen + OneFailure, seen) == seen)
            {
                if (trips)
                {
                    Tell(code, delayMs);
                }

                return;
            }
        }
    }

    // Before the state says so: whoever sees it open sees the delay.
    private long Delay()
    {
        long delay = (long)ReconnectDelay.After(
            Math.Min(failedProbes, 16), options.ReconnectDelayMin, options.ReconnectDelayMax).TotalMilliseconds;
        Volatile.Write(ref retryAtMs, wheel.NowMs + delay);
        return delay;
    }

    private void Tell(ErrorCode code, long delayMs)
    {
        if (pace.TryTell(wheel.NowMs, out long before))
        {
            isTold = true;
            ForwardingLog.BreakerOpened(
                logger, options.Name, node, options.Failures + failedProbes, code, delayMs, before);
        }
    }
}
