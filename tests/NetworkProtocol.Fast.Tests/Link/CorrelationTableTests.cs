using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Link;

[CancelAfter(60_000)]
internal sealed class CorrelationTableTests
{
    [TestCase(1, 2)]
    [TestCase(2, 2)]
    [TestCase(5, 8)]
    [TestCase(1024, 1024)]
    public void Begin_UntilFull_TakesEverySlotOnce(int asked, int capacity)
    {
        var table = new CorrelationTable<string>(asked);
        var seen = new HashSet<uint>();
        for (int i = 0; i < capacity; i++)
        {
            Assert.That(table.TryBegin($"{i}", (uint)i, PacketType.Custom, 0, out uint correlation));
            Assert.That(correlation, Is.Not.Zero, "0 means none on the wire");
            Assert.That(seen.Add(correlation));
        }

        Assert.That(table.TryBegin("more", 0, PacketType.Custom, 0, out _), Is.False);
        Assert.That(table.InFlight, Is.EqualTo(capacity));
        Assert.That(table.Capacity, Is.EqualTo(capacity));
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase((1 << 20) + 1)]
    public void Capacity_OutOfRange_IsRefused(int capacity) =>
        Assert.That(() => new CorrelationTable<string>(capacity), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void End_GivesBackWhatWasBegunAndOnlyOnce()
    {
        var table = new CorrelationTable<string>(4);
        table.TryBegin("me", 77, PacketType.Echo, 5, out uint correlation);
        Assert.That(table.TryEnd(correlation, out EndedRequest<string> ended));
        Assert.That(ended, Is.EqualTo(
            new EndedRequest<string>("me", 77, PacketType.Echo, Correlation: correlation)));
        Assert.That(table.TryEnd(correlation, out _), Is.False);
        Assert.That(table.InFlight, Is.Zero);
    }

    [Test]
    public void End_InABatch_KeepsTheSlotUntilTheBatchIsFreed()
    {
        var table = new CorrelationTable<string>(2);
        var batch = new EndedSlots();
        table.TryBegin("a", 1, PacketType.Echo, 5, out uint first);
        table.TryBegin("b", 2, PacketType.Echo, 5, out uint second);
        Assert.That(table.TryEnd(first, batch, out EndedRequest<string> ended));
        Assert.That(ended.Owner, Is.EqualTo("a"));
        Assert.That(table.TryEnd(first, batch, out _), Is.False);
        Assert.That(table.TryEnd(first, out _), Is.False);
        Assert.That(table.InFlight, Is.EqualTo(2));
        Assert.That(table.TryBegin("c", 3, PacketType.Echo, 5, out _), Is.False, "no slot was given back yet");
        table.Free(batch);
        Assert.That(batch.IsEmpty);
        Assert.That(table.InFlight, Is.EqualTo(1));
        Assert.That(table.TryBegin("c", 3, PacketType.Echo, 5, out uint third));
        Assert.That(third, Is.Not.EqualTo(first));
        Assert.That(table.TryEnd(second, out _));
    }

    [Test]
    public void End_InABatchOfMoreThanItHolds_GivesSlotsBackMeanwhile()
    {
        var table = new CorrelationTable<string>(256);
        var batch = new EndedSlots();
        for (int i = 0; i < 1_000; i++)
        {
            Assert.That(table.TryBegin("me", (uint)i, PacketType.Echo, 5, out uint correlation));
            Assert.That(table.TryEnd(correlation, batch, out _));
        }

        Assert.That(table.InFlight, Is.LessThan(256).And.GreaterThan(0));
        table.Free(batch);
        Assert.That(table.InFlight, Is.Zero);
    }

    [TestCase(2)]
    [TestCase(1 << 12)]
    public void End_OfCorrelationsThatNeverWere_IsRefused(int capacity)
    {
        var table = new CorrelationTable<string>(capacity);
        table.TryBegin("me", 1, PacketType.Echo, 5, out uint correlation);
        var random = new Random(7);
        for (int i = 0; i < 100_000; i++)
        {
            uint wrong = (uint)random.NextInt64(1L << 32);
            Assert.That(wrong == correlation || !table.TryEnd(wrong, out _));
        }

        foreach (int bit in Enumerable.Range(0, 32))
        {
            Assert.That(table.TryEnd(correlation ^ (1u << bit), out _), Is.False, $"bit {bit}");
        }

        Assert.That(table.TryEnd(correlation, out _));
    }

    [Test]
    public void LateReply_AfterItsSlotWasUsedAgain_ReachesNobody()
    {
        var table = new CorrelationTable<string>(2);
        table.TryBegin("old", 1, PacketType.Echo, 5, out uint old);
        table.TryEnd(old, out _);
        for (int i = 0; i < 10_000; i++)
        {
            table.TryBegin("new", 2, PacketType.Echo, 5, out uint current);
            Assert.That(table.TryEnd(old, out _), Is.False);
            Assert.That(table.TryEnd(current, out _));
        }
    }

    [Test]
    public void Correlations_OfEndedRequests_ComeBackLast()
    {
        const int Capacity = 1 << 20;
        const int Generations = (1 << 11) - 1;
        var table = new CorrelationTable<string>(Capacity);
        table.TryBegin("late", 0, PacketType.Echo, 0, out uint late);
        table.TryEnd(late, out _);
        for (int i = 1; i < Capacity * 3; i++)
        {
            Assert.That(table.TryBegin("x", 0, PacketType.Echo, 0, out uint correlation));
            if (correlation == late || correlation >> 20 == 0 || correlation >> 20 > Generations)
            {
                Assert.Fail($"request {i} got {correlation:x}");
            }

            table.TryEnd(correlation, out _);
        }
    }

    [Test]
    public void Generation_AfterItsLast_StartsAgainAboveZero()
    {
        const int Capacity = 1 << 20;
        const int Generations = (1 << 11) - 1;
        var table = new CorrelationTable<string>(Capacity);

        // All but one slot stay taken, so the one comes round each time.
        for (int i = 1; i < Capacity; i++)
        {
            table.TryBegin("kept", 0, PacketType.Echo, 0, out _);
        }

        var correlations = new HashSet<uint>();
        for (int i = 0; i < 5_000; i++)
        {
            Assert.That(table.TryBegin("x", 0, PacketType.Echo, 0, out uint correlation));
            Assert.That(correlation >> 20, Is.Not.Zero);
            correlations.Add(correlation);
            Assert.That(table.TryEnd(correlation, out _));
        }

        Assert.That(correlations, Has.Count.EqualTo(Generations));
    }

    [Test]
    public void Expired_AtATime_AreThoseAndNoOthers()
    {
        var table = new CorrelationTable<string>(64);
        for (int i = 0; i < 64; i++)
        {
            table.TryBegin($"{i}", (uint)i, PacketType.Echo, i, out _);
        }

        var ended = new List<uint>();
        int cursor = 0;
        while (table.TryEndExpired(ref cursor, 31, out EndedRequest<string> request))
        {
            ended.Add(request.PeerCorrelation);
        }

        Assert.That(ended, Is.EquivalentTo(Enumerable.Range(0, 32)));
        Assert.That(table.InFlight, Is.EqualTo(32));
        cursor = 0;
        while (table.TryEndAny(ref cursor, out _))
        {
        }

        Assert.That(table.InFlight, Is.Zero);
    }

    [Test]
    public async Task Requests_EndedByReplyDeadlineAndLossAtOnce_EndExactlyOnce()
    {
        const int Rounds = 10_000;
        var table = new CorrelationTable<Request>(64);
        var replies = new uint[1024];
        var requests = new Request[2 * Rounds];
        int running = 2;
        Task[] beginners = [.. Enumerable.Range(0, 2).Select(b => OwnThread.Run(() =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                var request = new Request();
                requests[(b * Rounds) + i] = request;
                uint correlation;
                while (!table.TryBegin(request, (uint)i, PacketType.Echo, 0, out correlation))
                {
                    Thread.Yield();
                }

                Volatile.Write(ref replies[i & 1023], correlation);
                if ((i & 3) == 0)
                {
                    Request.End(table, correlation);
                }
            }

            Interlocked.Decrement(ref running);
        }))];
        Task replier = OwnThread.Run(() =>
        {
            var batch = new EndedSlots();
            for (int i = 0; Volatile.Read(ref running) > 0; i++)
            {
                Request.End(table, Volatile.Read(ref replies[i & 1023]), batch);
                if ((i & 15) == 0)
                {
                    table.Free(batch);
                }
            }

            table.Free(batch);
        });
        Task reaper = OwnThread.Run(() =>
        {
            while (Volatile.Read(ref running) > 0)
            {
                Request.EndAll(table);
            }
        });
        await Task.WhenAll([.. beginners, replier, reaper]);
        Request.EndAll(table);
        Assert.That(table.InFlight, Is.Zero);
        Assert.That(requests, Is.All.Matches<Request>(static r => r.Ends == 1));
    }

    private sealed class Request
    {
        private int ends;

        internal int Ends => ends;

        internal static void End(CorrelationTable<Request> table, uint correlation)
        {
            if (table.TryEnd(correlation, out EndedRequest<Request> ended))
            {
                Interlocked.Increment(ref ended.Owner.ends);
            }
        }

        internal static void End(CorrelationTable<Request> table, uint correlation, EndedSlots batch)
        {
            if (table.TryEnd(correlation, batch, out EndedRequest<Request> ended))
            {
                Interlocked.Increment(ref ended.Owner.ends);
            }
        }

        internal static void EndAll(CorrelationTable<Request> table)
        {
            int cursor = 0;
            while (table.TryEndAny(ref cursor, out EndedRequest<Request> ended))
            {
                Interlocked.Increment(ref ended.Owner.ends);
            }
        }
    }
}
