using System;
using System.Diagnostics;
using System.Threading;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Link;

/// <summary>
/// The links that got packets while a batch of received packets was handled; each is flushed once. One for each thread.
/// On an event loop's thread, links other than the receiving one are flushed when all sockets that were ready have been
/// handled: so what many clients send to one upstream leaves in one send. A link remembers the stamp of the batch that
/// noted it last, without synchronisation: two threads that overwrite each other's stamp only note a link twice, and
/// a second flush finds nothing to do.
/// </summary>
internal sealed partial class FlushBatch : ITurnEnd
{
    // Enough for a batch from an upstream that answers many clients; when it is full, all are flushed and it starts
    // anew.
    private const int LinksMax = 128;

    [ThreadStatic]
    private static FlushBatch? current;

    private static long stamps;

    private readonly PeerLink[] touched = new PeerLink[LinksMax];
    private int count;
    private long stamp = NextStampBlock();
    private bool inUse;
    private long timestamp;

    // Whose packets the batch is made of, if that is one link, and whether it got some itself.
    private PeerLink? receiver;
    private bool receiverTouched;

    // Whether the loop will say when its turn ends.
    private bool turnAwaited;

    /// <summary>The thread that it belongs to.</summary>
    internal int ThreadId { get; } = Environment.CurrentManagedThreadId;

    /// <summary>Bytes of the received packets that the batch is made of: about as many will be sent. A hint.</summary>
    internal int ExpectedBytes { get; private set; }

    /// <summary>Where the last packet of the batch went, for whoever chooses among several ways: packets of one batch
    /// that go the same way leave in one send. Null at the beginning.</summary>
    internal object? Way { get; set; }

    /// <summary>Packets that went this way; owned by who chooses.</summary>
    internal int WayPackets { get; set; }

    /// <summary>The way is congested: the next packet chooses anew.</summary>
    /// <returns>False if the last packet has just chosen it, so that there is none better.</returns>
    internal bool LeaveWay()
    {
        bool isOld = Way is not null && WayPackets > 0;
        Way = null;
        return isOld;
    }

    /// <summary>When the batch was begun, or at least first asked: one look at the clock (about 20 ns) for all its
    /// packets. As of <see cref="Stopwatch.GetTimestamp"/>.</summary>
    internal long Timestamp => timestamp != 0 ? timestamp : timestamp = Stopwatch.GetTimestamp();

    /// <summary>The thread's batch, or a fresh one when the thread is inside a batch already.</summary>
    internal static FlushBatch Enter(int expectedBytes, PeerLink? receiver)
    {
        FlushBatch batch = current ??= new FlushBatch();
        if (batch.inUse)
        {
            batch = new FlushBatch();
        }

        batch.inUse = true;
        batch.ExpectedBytes = expectedBytes;
        batch.timestamp = 0;
        batch.receiver = receiver;
        return batch;
    }

    /// <summary>Notes that the link has something to send.</summary>
    internal void Add(PeerLink link)
    {
        if (ReferenceEquals(link, receiver))
        {
            receiverTouched = true;
            return;
        }

        if (link.TouchedStamp == stamp)
        {
            return;
        }

        if (count == LinksMax)
        {
            FlushAll();
        }

        link.TouchedStamp = stamp;
        touched[count++] = link;
    }

    /// <summary>Flushes every noted link once.</summary>
    internal void FlushAll()
    {
        FlushReceiver();
        Way = null;
        if (count == 0)
        {
            return;
        }

        int n = count;
        count = 0;
        stamp++;
        if ((stamp & StampMask) == 0)
        {
            stamp = NextStampBlock();
        }

        for (int i = 0; i < n; i++)
        {
            PeerLink link = touched[i];
            touched[i] = null!;
            link.EndBatch(this);
        }
    }

    /// <summary>Flushes, all or what does not wait for the end of the turn, and gives the batch back to its
    /// thread.</summary>
    internal void Leave()
    {
        if (EventLoop.Current is not { } loop || !ReferenceEquals(this, current))
        {
            FlushAll();
        }
        else
        {
            FlushReceiver();
            if (count > 0 && !turnAwaited)
            {
                turnAwaited = true;
                loop.AtTurnEnd(this);
            }
        }

        Settle();
        receiver = null;
        inUse = false;
    }

    /// <inheritdoc/>
    public void OnTurnEnd()
    {
        turnAwaited = false;
        inUse = true;
        FlushAll();
        inUse = false;
    }

    private void FlushReceiver()
    {
        if (receiverTouched)
        {
            receiverTouched = false;
            receiver!.EndBatch(this);
        }
    }

    // Stamps are handed out in blocks of 2^24, so that threads share nothing while they count.
    private const long StampMask = (1L << 24) - 1;

    private static long NextStampBlock() => (Interlocked.Increment(ref stamps) << 24) + 1;
}
