using System;
using System.Threading;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Link;

/// <summary>
/// One live peer: a transport connection, its session, the receive window and the send queue.
/// </summary>
/// <remarks>
/// Threading: the receive side belongs to one thread at a time (an I/O thread, or a pool thread after a
/// pause), handed on through the completion of an operation or through <see cref="parked"/>. The send side belongs to
/// whoever moved <see cref="sending"/> from idle. Everything that other threads may call (TrySend, Flush, Close,
/// Resume, request counts) is lock-free. The link is over when both sides have finished; then its owner hears
/// <c>OnClosed</c>, once.
/// </remarks>
internal sealed partial class PeerLink : WheelTimer, ITransportSink, IGateWaiter, IThreadPoolWorkItem
{
    private const int RequestWindowInitial = 16;

    private readonly LinkRuntime runtime;
    private readonly LinkOptions options;
    private readonly TransportConnection connection;
    private readonly ILinkSink sink;
    private readonly SendQueue queue;
    private readonly LinkGate gate;
    private readonly LinkRole role;

    // What is announced and accepted: as configured, but never more than the memory limit can hold.
    private readonly int payloadBytesMax;

    private NegotiatedSettings settings;
    private bool established;

    // Requests of the peer: taken, counted by the receive side alone, and of these answered or given up, counted by
    // any thread. Two words, so that only one of a request's two counts is an exchange.
    private int requestsStarted;
    private int requestsEnded;

    // How many requests of the peer may be under way now. Nobody knows how large the replies will be, so it starts
    // small, grows by one with each reply that leaves the send queue low (so it doubles in each round trip) and
    // halves while the queue is high. A peer that stops reading thus has few replies under way that others on its
    // upstream link must wait behind. Any thread writes it; a lost update only makes it a little smaller or larger.
    private int requestWindow;

    // Receive and send side; the one that takes it to 0 finishes the link.
    private int liveSides = 2;

    internal PeerLink(
        LinkRuntime runtime, LinkOptions options, TransportConnection connection, ILinkSink sink, LinkRole role)
    {
        this.runtime = runtime;
        this.options = options;
        this.connection = connection;
        this.sink = sink;
        this.role = role;
        queue = new SendQueue(runtime.Pool, SendQueue.RingBytesFor(options.SendRingBytes, options.RequestsInFlightMax),
            options.SendQueueHighBytes, options.SendQueueLimitBytes);
        gate = new LinkGate(this);
        payloadBytesMax = Math.Min(options.PayloadBytesMax, runtime.PayloadBytesMax);
        requestWindow = Math.Min(RequestWindowInitial, options.RequestsInFlightMax);
    }

    /// <summary>Where to wait until this link can take more packets.</summary>
    internal Gate Gate => gate;

    internal TransportConnection Connection => connection;

    internal LinkRuntime Runtime => runtime;

    /// <summary>What both sides agreed on; meaningful once the link is established.</summary>
    internal ref readonly NegotiatedSettings Settings => ref settings;

    internal bool IsEstablished => Volatile.Read(ref established);

    /// <summary>Owner's own data about this link, set before <see cref="Start"/> or from the sink's calls.</summary>
    internal object? Owner { get; set; }

    /// <summary>Where its traffic is added when it ends; null for nowhere.</summary>
    internal LinkTotals? Totals { get; init; }

    /// <summary>Neighbours in the owner's list of links; owned by the list.</summary>
    internal PeerLink? NextInList { get; set; }

    internal PeerLink? PreviousInList { get; set; }

    /// <summary>See <see cref="FlushBatch"/>.</summary>
    internal long TouchedStamp { get; set; }

    // The ended ones are read first: each of them was started before, so the difference is never too small.
    internal int RequestsInFlight
    {
        get
        {
            int ended = Volatile.Read(ref requestsEnded);
            return Volatile.Read(ref requestsStarted) - ended;
        }
    }

    /// <summary>Bytes that wait to be sent.</summary>
    internal long QueuedBytes => queue.QueuedBytes;

    /// <summary>Whether whoever wants to send here should wait at <see cref="Gate"/> first.</summary>
    internal bool IsHigh => queue.IsHigh;

    /// <summary>Starts the link; the sink may be called before this returns.</summary>
    internal void Start()
    {
        long now = runtime.Wheel.NowMs;
        startedMs = now;
        lastReceivedMs = now;
        lastSentMs = now;
        connection.Bind(this);
        runtime.Wheel.Schedule(this, now + (long)options.HandshakeTimeout.TotalMilliseconds);
        if (role == LinkRole.Initiating)
        {
            SendOpening();
            Flush();
        }
        else if (Security is not null && (handshake = Security.Begin(this)) is null)
        {
            Close(CloseReason.Overloaded, "too many handshakes are under way, here or from its address");
        }

        RunReceive();
    }

    /// <summary>A request of the peer was taken that will be answered later; the receive side calls this.</summary>
    internal void RequestStarted() => Volatile.Write(ref requestsStarted, requestsStarted + 1);

    /// <summary>A request taken earlier has its reply queued, or will never have one. Any thread.</summary>
    internal void RequestEnded() => RequestsEnded(1);

    private void RequestsEnded(int count)
    {
        AdjustRequestWindow(count);

        // Also the fence between what makes the gate ready and the look for waiters; see Gate.
        int ended = Interlocked.Add(ref requestsEnded, count);
        gate.WakeIfReady();
        if (PeerIsDone && Volatile.Read(ref requestsStarted) == ended)
        {
            CloseAfterFlush(CloseReason.PeerClosed, string.Empty);
        }
    }

    private void AdjustRequestWindow(int ended)
    {
        int window = Volatile.Read(ref requestWindow);
        if (queue.IsHigh)
        {
            Volatile.Write(ref requestWindow, Math.Max(window / 2, 1));
        }
        else if (window < options.RequestsInFlightMax)
        {
            Volatile.Write(ref requestWindow, Math.Min(window + ended, options.RequestsInFlightMax));
        }
    }

    /// <summary>See <see cref="IThreadPoolWorkItem"/>: goes on with what was handed to the pool.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        int work = Interlocked.Exchange(ref queuedWork, 0);
        if ((work & WorkReceive) != 0)
        {
            // Time that the link did not read does not count against the peer.
            if (partialSinceMs != 0)
            {
                NotePartial(isNew: true);
            }

            RunReceive();
        }

        if ((work & WorkSend) != 0)
        {
            RunSend();
        }
    }

    private const int WorkReceive = 1;
    private const int WorkSend = 2;

    // Which sides wait for a pool thread. The side's ownership travels with its bit.
    private int queuedWork;

    private void QueueWork(int side)
    {
        // If a bit is set already, that work item has not run yet and takes both.
        if (Interlocked.Or(ref queuedWork, side) != 0)
        {
            return;
        }

        if (EventLoop.Current is { } loop)
        {
            loop.Post(this);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private void FinishSide()
    {
        if (Interlocked.Decrement(ref liveSides) == 0)
        {
            runtime.Wheel.Remove(this);
            Volatile.Read(ref secure)?.EndBoth();
            gate.WakeIfReady();
            sink.OnClosed(this, ClosedAs);
        }
    }

    private sealed class LinkGate(PeerLink link) : Gate
    {
        internal override bool IsReady => link.IsClosed
            || (link.queue.IsLow && link.RequestsInFlight < Volatile.Read(ref link.requestWindow));
    }
}
