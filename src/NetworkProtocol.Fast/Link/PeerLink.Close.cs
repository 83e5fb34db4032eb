using System.Threading;

namespace NetworkProtocol.Fast.Link;

/// <summary>The one way a link ends.</summary>
internal sealed partial class PeerLink
{
    // Time for a peer to read the last packets and end its own side, before the connection is cut.
    private const long LingerMs = 2_000;

    private const int StateOpen = 0;
    private const int StateLingering = 1;
    private const int StateClosed = 2;

    // Only rises. Lingering: what is queued is still sent, what is received is dropped. Closed: nothing more happens.
    private int closeState;
    private CloseRecord? closeRecord;
    private long lingerDeadlineMs;

    // 1 once the peer's end of stream was seen; 1 once our side was shut. Both: nothing can move any more.
    private int endOfStream;
    private int sendShut;

    internal bool IsClosed => Volatile.Read(ref closeState) == StateClosed;

    /// <summary>Whether packets are still taken.</summary>
    internal bool IsOpen => Volatile.Read(ref closeState) == StateOpen;

    /// <summary>Why the link ends; meaningful once it is not open.</summary>
    internal LinkClosed ClosedAs =>
        Volatile.Read(ref closeRecord) is { } record ? new LinkClosed(record.Reason, record.Detail) : default;

    /// <summary>
    /// Ends the link after what is queued has been sent; the peer has two seconds to read it. The first reason given to
    /// either Close wins. Any thread.
    /// </summary>
    internal void CloseAfterFlush(CloseReason reason, string detail)
    {
        Record(reason, detail);
        SayGoodbye(reason);
        if (Interlocked.CompareExchange(ref closeState, StateLingering, StateOpen) != StateOpen)
        {
            return;
        }

        long now = runtime.Wheel.NowMs;
        Volatile.Write(ref lingerDeadlineMs, now + LingerMs);
        runtime.Wheel.ScheduleNoLater(this, now + LingerMs);
        Resume();
        Flush();
    }

    /// <summary>Cuts the connection now. Any thread, any number of times.</summary>
    internal void Close(CloseReason reason, string detail)
    {
        Record(reason, detail);
        if (Interlocked.Exchange(ref closeState, StateClosed) == StateClosed)
        {
            return;
        }

        // Operations under way complete as aborted; the side that waits for one finishes there.
        connection.Close();
        Resume();
        if (TryOwnSend())
        {
            FinishSend();
        }
    }

    private void Record(CloseReason reason, string detail) =>
        Interlocked.CompareExchange(ref closeRecord, new CloseRecord(reason, detail), null);

    // Called when one direction of a lingering link is done; cuts the connection when both are.
    private void CloseIfBothEnded()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref endOfStream) != 0 && Volatile.Read(ref sendShut) != 0)
        {
            Close(CloseReason.PeerClosed, string.Empty);
        }
    }

    private sealed record CloseRecord(CloseReason Reason, string Detail);
}
