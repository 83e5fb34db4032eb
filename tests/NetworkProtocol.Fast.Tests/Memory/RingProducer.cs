using System;
using System.Buffers.Binary;
using System.Threading;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Tests.Memory;

/// <summary>A thread that puts numbered entries whose bytes follow from the number, and abandons some.</summary>
internal sealed class RingProducer
{
    private readonly MpscRing ring;
    private readonly int tag;
    private readonly int entries;
    private readonly int seed;
    private readonly Thread thread;
    private volatile bool stopped;

    public RingProducer(MpscRing ring, int tag, int entries, int seed)
    {
        this.ring = ring;
        this.tag = tag;
        this.entries = entries;
        this.seed = seed;
        thread = new Thread(Run) { IsBackground = true };
        thread.Start();
    }

    public int Committed { get; private set; }

    public bool Failed { get; private set; }

    public void Join() => thread.Join();

    public void Stop()
    {
        stopped = true;
        thread.Join();
    }

    private void Run()
    {
        Random random = new(seed);
        int extraMax = Math.Min(ring.EntryBytesMax - 8, 300);
        SpinWait spin = default;
        while (Committed < entries && !stopped)
        {
            int bytes = 8 + (random.Next(4) == 0 ? random.Next(extraMax + 1) : random.Next(Math.Min(extraMax, 24) + 1));
            RingStatus status = ring.TryClaim(bytes, tag, out RingClaim claim);
            if (status is RingStatus.Full or RingStatus.NoMemory)
            {
                spin.SpinOnce(-1);
                continue;
            }

            spin.Reset();
            if (status != RingStatus.Done)
            {
                Failed = status != RingStatus.Closed;
                return;
            }

            // Free memory must be zeroes, and bytes that look like committed headers must never be read as such.
            Failed |= claim.Span.IndexOfAnyExcept((byte)0) >= 0;
            claim.Span.Fill((byte)(0x80 | Committed));
            if (random.Next(10) == 0)
            {
                claim.Abandon();
                continue;
            }

            BinaryPrimitives.WriteInt64LittleEndian(claim.Span, Committed);
            claim.Commit();
            Committed++;
        }
    }
}
