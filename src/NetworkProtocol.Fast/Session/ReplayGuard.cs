using System;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Threading;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// Refuses first messages of a handshake that are stale or were seen before, ahead of any curve arithmetic
/// (docs/PROTOCOL.md, Secure session). One for all connections of a server; any thread, behind one lock that is held
/// for about a microsecond, once a handshake and never on the way of packets.
/// </summary>
/// <remarks>
/// A nonce is forgotten only when its time could not be accepted any more. How long that is, Past and Ahead together,
/// is measured on the monotonic clock, whereas the window is a matter of the wall clock; if that one is set back, a
/// forgotten time may lie within the window again. So the latest forgotten time is kept, and nothing up to it is
/// accepted: until the wall clock has passed it handshakes are refused rather than let through unseen
/// (<see cref="ReplayCounters.Forgotten"/> tells). While the clock runs as it should, that time is before the window
/// and the rule changes nothing. A restart forgets everything, so what was seen within the window before it could be
/// replayed once; it would cost the server a key agreement and gain the sender nothing, as it lacks the ephemeral key.
/// <para>
/// No address may hold more places than are free, so that one that sends without end takes half of them and each
/// further one leaves a smaller but never an empty rest (dynamic thresholds: Choudhury and Hahne, IEEE/ACM Transactions
/// on Networking 6(2), 1998). Addresses are counted by a keyed hash into a table of fixed size: two that fall together
/// share what one may hold, and nobody can choose with whom.
/// </para>
/// </remarks>
internal sealed class ReplayGuard
{
    /// <summary>Random bytes of a client's first message.</summary>
    internal const int NonceBytes = 16;

    // Two for each message that is let in: the queue of the expired shrinks, and nobody pays for a long one.
    private const int ForgetMax = 2;

    // Before an address is refused its share. What has expired is forgotten once, so this costs no more in the sum.
    private const int ForgetBeforeRefusalMax = 1_024;

    // 16 KiB; one of a hundred flooding addresses meets a given honest one with a chance of 2.4 %.
    private const int HolderCount = 4096;
    private const int NoHolder = -1;

    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private readonly KeyedHash hash = KeyedHash.Create();
    private readonly ulong pastMs;
    private readonly ulong aheadMs;
    private readonly long keepTicks;

    // A queue in order of arrival, which is the order of expiry, as a ring; the same entries hang in chains that begin
    // in buckets. Links are index + 1, 0 ends a chain.
    private readonly Entry[] entries;
    private readonly int[] buckets;

    // Places held by the addresses that hash there.
    private readonly int[] holders = new int[HolderCount];
    private int head;
    private int count;

    private ulong forgottenUpToMs;
    private long accepted;
    private long tooOld;
    private long forgotten;
    private long tooFarAhead;
    private long replayed;
    private long full;
    private long shareFull;

    internal ReplayGuard(ReplayOptions options, TimeProvider time)
    {
        options.Validate();
        this.time = time;
        pastMs = (ulong)Math.Ceiling(options.Past.TotalMilliseconds);
        aheadMs = (ulong)Math.Ceiling(options.Ahead.TotalMilliseconds);

        // Wall clock time is cut to milliseconds, which may add one at either end of the window.
        keepTicks = (long)Math.Ceiling((pastMs + aheadMs + 2) * (time.TimestampFrequency / 1000.0));
        entries = new Entry[options.Capacity];
        buckets = new int[(int)BitOperations.RoundUpToPowerOf2((uint)options.Capacity)];
    }

    internal ReplayCounters Counters
    {
        get
        {
            lock (gate)
            {
                return new ReplayCounters(accepted, tooOld, forgotten, tooFarAhead, replayed, full, shareFull);
            }
        }
    }

    /// <summary>How many nonces are held, those included that have expired and not been cleared yet.</summary>
    internal int Held
    {
        get
        {
            lock (gate)
            {
                return count;
            }
        }
    }

    internal int Capacity => entries.Length;

    /// <summary>Decides about a first message, and remembers it if it is accepted.</summary>
    /// <param name="sentMs">The sender's time, in milliseconds since 1970 (UTC).</param>
    /// <param name="nonce">The sender's 16 random bytes.</param>
    /// <param name="address">Where it came from; null for peers without an address, to which no share is set.</param>
    internal ReplayStatus Check(ulong sentMs, ReadOnlySpan<byte> nonce, AddressGroup? address)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, NonceBytes);
        UInt128 value = BinaryPrimitives.ReadUInt128LittleEndian(nonce);
        int holder = address is { } known ? (int)(hash.Of(known.Value) & (HolderCount - 1)) : NoHolder;

        // The clocks are read behind the lock: entries are in the order of their arrival.
        lock (gate)
        {
            ulong nowMs = (ulong)Math.Max(time.GetUtcNow().ToUnixTimeMilliseconds(), 0);
            ReplayStatus status = Decide(sentMs, value, holder, nowMs, time.GetTimestamp());
            AssertInvariants();
            return status;
        }
    }

    private ReplayStatus Decide(ulong sentMs, UInt128 nonce, int holder, ulong nowMs, long now)
    {
        if (sentMs < nowMs && nowMs - sentMs > pastMs)
        {
            tooOld++;
            return ReplayStatus.TooOld;
        }

        if (sentMs > nowMs && sentMs - nowMs > aheadMs)
        {
            tooFarAhead++;
            return ReplayStatus.TooFarAhead;
        }

        // Looked up before anything is forgotten: what is still known needs no clock to be told from new.
        ref int bucket = ref BucketOf(nonce);
        if (Contains(bucket, nonce))
        {
            replayed++;
            return ReplayStatus.Replayed;
        }

        ForgetExpired(now, ForgetMax);
        if (IsShareFull(holder))
        {
            ForgetExpired(now, ForgetBeforeRefusalMax);
        }

        if (sentMs <= forgottenUpToMs)
        {
            forgotten++;
            return ReplayStatus.ClockSetBack;
        }

        if (count == entries.Length)
        {
            full++;
            return ReplayStatus.Full;
        }

        if (IsShareFull(holder))
        {
            shareFull++;
            return ReplayStatus.ShareFull;
        }

        Remember(ref bucket, nonce, holder, sentMs, now);
        accepted++;
        return ReplayStatus.Accepted;
    }

    private bool IsShareFull(int holder) => holder != NoHolder && holders[holder] >= entries.Length - count;

    private ref int BucketOf(UInt128 nonce) => ref buckets[hash.Of(nonce) & (uint)(buckets.Length - 1)];

    private bool Contains(int link, UInt128 nonce)
    {
        while (link != 0)
        {
            ref Entry entry = ref entries[link - 1];
            if (entry.Nonce == nonce)
            {
                return true;
            }

            link = entry.Next;
        }

        return false;
    }

    private void Remember(ref int bucket, UInt128 nonce, int holder, ulong sentMs, long now)
    {
        int index = head + count;
        index -= index >= entries.Length ? entries.Length : 0;
        entries[index] = new Entry
        {
            Nonce = nonce, SentMs = sentMs, Arrived = now, Next = bucket, Holder = holder,
        };
        bucket = index + 1;
        count++;
        if (holder != NoHolder)
        {
            holders[holder]++;
        }
    }

    private void ForgetExpired(long now, int forgetMax)
    {
        for (int i = 0; i < forgetMax && count > 0; i++)
        {
            ref Entry oldest = ref entries[head];
            if (now - oldest.Arrived <= keepTicks)
            {
                return;
            }

            forgottenUpToMs = Math.Max(forgottenUpToMs, oldest.SentMs);
            Unlink(ref BucketOf(oldest.Nonce), head + 1);
            if (oldest.Holder != NoHolder)
            {
                holders[oldest.Holder]--;
            }

            head = head + 1 == entries.Length ? 0 : head + 1;
            count--;
        }
    }

    // New entries go in front, so the oldest ends its chain; a chain has about one entry.
    private void Unlink(ref int bucket, int link)
    {
        ref int before = ref bucket;
        while (before != link)
        {
            before = ref entries[before - 1].Next;
        }

        before = entries[link - 1].Next;
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(count >= 0 && count <= entries.Length, "the queue holds what its ring can");
        Debug.Assert(head >= 0 && head < entries.Length, "the queue begins within its ring");
        UInt128 oldest = entries[head].Nonce;
        Debug.Assert(count == 0 || Contains(BucketOf(oldest), oldest), "what is queued is found");
    }

    [SuppressMessage("Performance", "CA1815", Justification = "entries are never compared")]
    private struct Entry
    {
        internal UInt128 Nonce;
        internal ulong SentMs;
        internal long Arrived;
        internal int Next;
        internal int Holder;
    }
}
