using System;
using System.Buffers;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Link;

[CancelAfter(60_000)]
internal sealed class SendQueueTests
{
    private const int RingBytes = 16 << 10;
    private const long HighBytes = 64 << 10;
    private const long LimitBytes = 256 << 10;

    private BufferPool pool = null!;
    private SendQueue queue = null!;

    [SetUp]
    public void SetUp()
    {
        pool = new BufferPool(32 << 20);
        queue = new SendQueue(pool, RingBytes, HighBytes, LimitBytes);
    }

    [TearDown]
    public void TearDown()
    {
        queue.Close();
        Assert.That(pool.Statistics.LeasedBytes, Is.Zero, string.Join(", ", pool.OutstandingHolders()));
        pool.Dispose();
    }

    [Test]
    public void Packets_OfEverySize_ComeOutWholeAndInOrder()
    {
        int[] sizes = [0, 1, 100, 2_000, 2_033, 4_000, 40_000, 3, 90_000, 7];
        for (int i = 0; i < sizes.Length; i++)
        {
            Assert.That(Enqueue((uint)i + 1, sizes[i]), Is.EqualTo(EnqueueStatus.Done));
        }

        Assert.That(Drain(), Is.EqualTo(sizes.Select(static (s, i) => ((uint)i + 1, s))));
        Assert.That((queue.QueuedBytes, queue.IsEmpty), Is.EqualTo((0L, true)));
    }

    [TestCase(64 << 10, 1, 64 << 10)]
    [TestCase(64 << 10, 1_024, 64 << 10)]
    [TestCase(64 << 10, 1_025, 128 << 10)]
    [TestCase(16 << 10, 1_024, 64 << 10)]
    [TestCase(1 << 20, 4_096, 1 << 20)]
    [TestCase(64 << 10, 1 << 20, 16 << 20)]
    public void Ring_ForRequestsInFlight_HasRoomForAnEntryOfEach(int asked, int requests, int ringBytes) =>
        Assert.That(SendQueue.RingBytesFor(asked, requests), Is.EqualTo(ringBytes));

    [Test]
    public void Blocks_InTheQueue_CountAsAWhole()
    {
        pool.TryRent(100_000, out BufferLease lease);
        Assert.That(queue.TryEnqueueBlock(lease, 10, 20), Is.EqualTo(EnqueueStatus.Done));
        Assert.That(queue.QueuedBytes, Is.GreaterThanOrEqualTo(lease.Capacity));
        queue.Gather(new byte[1_000], out QueuedBlock block, out _);
        Assert.That(block.Length, Is.EqualTo(20));
        queue.BlockDone(in block);
        Assert.That(queue.QueuedBytes, Is.Zero);
    }

    [Test]
    public void Queue_UpToItsLimit_IsHighThenFullThenLowAgain()
    {
        Assert.That((queue.IsHigh, queue.IsLow), Is.EqualTo((false, true)));
        uint packets = 0;
        while (!queue.IsHigh)
        {
            Assert.That(Enqueue(++packets, 1_000), Is.EqualTo(EnqueueStatus.Done));
        }

        Assert.That(queue.IsLow, Is.False);
        while (Enqueue(++packets, 1_000) == EnqueueStatus.Done)
        {
        }

        Assert.That(queue.QueuedBytes, Is.InRange(HighBytes, LimitBytes + RingBytes));
        Assert.That(Drain(), Has.Count.EqualTo(packets - 1));
        Assert.That((queue.IsHigh, queue.IsLow), Is.EqualTo((false, true)));
    }

    [Test]
    public void Queue_WhileThePoolIsShort_IsHighAtAQuarter()
    {
        queue.Close();
        queue = new SendQueue(pool, RingBytes, 1 << 20, 1 << 20);
        for (uint i = 1; i <= 5; i++)
        {
            Assert.That(Enqueue(i, 60_000), Is.EqualTo(EnqueueStatus.Done));
        }

        Assert.That((queue.IsHigh, queue.IsLow), Is.EqualTo((false, true)));
        var hog = new PoolHog(pool);
        Assert.That(pool.IsShort);
        Assert.That((queue.IsHigh, queue.IsLow), Is.EqualTo((true, false)));
        Drain();
        Assert.That((queue.IsHigh, queue.IsLow), Is.EqualTo((false, true)));
        hog.Return();
    }

    [Test]
    public void Packet_LargerThanTheLimit_PassesOnlyAlone()
    {
        Assert.That(Enqueue(1, 1 << 20), Is.EqualTo(EnqueueStatus.Done));
        Assert.That(Enqueue(2, 1 << 20), Is.EqualTo(EnqueueStatus.Full));
        Assert.That(Drain(), Is.EqualTo(new[] { (1u, 1 << 20) }));
        Assert.That(Enqueue(3, 1 << 20), Is.EqualTo(EnqueueStatus.Done));
    }

    [Test]
    public void Block_ThatIsRefused_StaysTheCallers()
    {
        Assert.That(Enqueue(1, 200_000), Is.EqualTo(EnqueueStatus.Done));
        Assert.That(pool.TryRent(100_000, out BufferLease lease));
        long before = queue.QueuedBytes;
        Assert.That(queue.TryEnqueueBlock(lease, 0, 100_000), Is.EqualTo(EnqueueStatus.Full));
        Assert.That(queue.QueuedBytes, Is.EqualTo(before));
        lease.Return();
    }

    [Test]
    public void Gather_IntoARoomThatIsTooSmall_LeavesTheRestInOrder()
    {
        for (uint i = 1; i <= 10; i++)
        {
            Enqueue(i, 500);
        }

        byte[] destination = new byte[1_200];
        var correlations = new List<uint>();
        while (queue.Gather(destination, out QueuedBlock block, out _) is var written && written > 0)
        {
            Assert.That(block.IsNone);
            Parse(destination.AsSpan(0, written), correlations);
        }

        Assert.That(correlations, Is.EqualTo(Enumerable.Range(1, 10)));
    }

    [Test]
    public void Close_WithBlocksAndPacketsWaiting_ReturnsAllAndRefusesMore()
    {
        Enqueue(1, 100);
        Enqueue(2, 100_000);
        Enqueue(3, 100);
        queue.Close();
        Assert.That(pool.Statistics.LeasedBytes, Is.Zero);
        Assert.That(Enqueue(4, 100), Is.EqualTo(EnqueueStatus.Closed));
        Assert.That(Enqueue(5, 100_000), Is.EqualTo(EnqueueStatus.Closed));
        Assert.That(queue.TryEnqueueRaw(new byte[10]), Is.EqualTo(EnqueueStatus.Closed));
    }

    [Test]
    public void DetachIfIdle_OnlyWhenEmpty_GivesTheRingBack()
    {
        Enqueue(1, 100);
        queue.DetachIfIdle();
        Assert.That(pool.Statistics.LeasedBytes, Is.Positive);
        Drain();
        queue.DetachIfIdle();
        Assert.That(pool.Statistics.LeasedBytes, Is.Zero);
    }

    [Test]
    public async Task Producers_OfAllSizesWhileItIsDrainedAndDetached_LoseNothing()
    {
        const int Producers = 4;
        const int Each = 20_000;
        int running = Producers;
        Task[] producers = [.. Enumerable.Range(0, Producers).Select(p => OwnThread.Run(() =>
        {
            var random = new Random(p);
            for (int i = 1; i <= Each; i++)
            {
                int bytes = random.Next(50) == 0 ? random.Next(60_000) : random.Next(300);
                while (Enqueue(((uint)p << 24) | (uint)i, bytes) != EnqueueStatus.Done)
                {
                    Thread.Yield();
                }
            }

            Interlocked.Decrement(ref running);
        }))];
        uint[] last = new uint[Producers];
        while (Volatile.Read(ref running) > 0 || queue.HasCommitted)
        {
            foreach ((uint correlation, _) in Drain())
            {
                uint producer = correlation >> 24;
                Assert.That(correlation & 0xFF_FFFF, Is.EqualTo(last[producer] + 1), "order of one producer");
                last[producer]++;
            }

            queue.DetachIfIdle();
        }

        await Task.WhenAll(producers);
        Assert.That(last, Is.All.EqualTo(Each));
    }

    private EnqueueStatus Enqueue(uint correlation, int payloadBytes) => queue.TryEnqueue(
        new PacketHeader { Type = PacketType.Echo, Correlation = correlation }, default, new byte[payloadBytes]);

    private List<(uint Correlation, int Bytes)> Drain()
    {
        var packets = new List<(uint, int)>();
        byte[] destination = new byte[64 << 10];
        while (true)
        {
            int written = queue.Gather(destination, out QueuedBlock block, out _);
            if (written == 0 && block.IsNone)
            {
                return packets;
            }

            ReadOnlySpan<byte> rest = block.IsNone ? destination.AsSpan(0, written) : block.Memory.Span;
            while (!rest.IsEmpty)
            {
                Assert.That(
                    PacketFramer.Read(rest, PacketLimits.PayloadBytesMax, out PacketView packet, out int bytes, out _),
                    Is.EqualTo(OperationStatus.Done));
                packets.Add((packet.Header.Correlation, packet.Payload.Length));
                rest = rest[bytes..];
            }

            if (!block.IsNone)
            {
                queue.BlockDone(in block);
            }
        }
    }

    private static void Parse(ReadOnlySpan<byte> rest, List<uint> correlations)
    {
        while (PacketFramer.Read(rest, PacketLimits.PayloadBytesMax, out PacketView packet, out int bytes, out _)
            == OperationStatus.Done)
        {
            correlations.Add(packet.Header.Correlation);
            rest = rest[bytes..];
        }
    }
}
