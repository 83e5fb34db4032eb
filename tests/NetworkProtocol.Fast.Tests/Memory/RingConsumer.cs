using System;
using System.Buffers.Binary;
using System.Threading;
using NetworkProtocol.Fast.Memory;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Memory;

/// <summary>The consumer: checks number and bytes of each entry.</summary>
internal sealed class RingConsumer(MpscRing ring, RingConsumption consumption, int producerCount)
{
    // Seconds of yielding: far more than any thread waits for its turn, so only a stuck ring comes here.
    private const int IdleTurnsMax = 20_000_000;

    private readonly long[] next = new long[producerCount];
    private SpinWait spin;
    private int idleTurns;

    public long Received { get; private set; }

    public void Turn()
    {
        if (TryTake())
        {
            spin.Reset();
            idleTurns = 0;
            if (consumption == RingConsumption.Slow && Received % 64 == 0)
            {
                Thread.Yield();
            }

            return;
        }

        if (consumption == RingConsumption.DetachWhenEmpty)
        {
            ring.TryDetach();
        }

        if (++idleTurns > IdleTurnsMax)
        {
            Assert.Fail("nothing arrives any more");
        }

        spin.SpinOnce(-1);
    }

    public bool TryTake()
    {
        if (!ring.TryRead(out RingEntry entry))
        {
            return false;
        }

        long number = BinaryPrimitives.ReadInt64LittleEndian(entry.Span);
        if (number != next[entry.Tag]++ || entry.Span[8..].IndexOfAnyExcept((byte)(0x80 | number)) >= 0)
        {
            Assert.Fail($"producer {entry.Tag}: entry {next[entry.Tag] - 1} came as {number} or damaged");
        }

        ring.Release();
        Received++;
        return true;
    }

    public void AssertReceived(RingProducer[] producers)
    {
        for (int i = 0; i < producers.Length; i++)
        {
            Assert.That(next[i], Is.EqualTo(producers[i].Committed), $"producer {i}");
        }
    }
}
