using System;
using System.Collections.Generic;
using NetworkProtocol.Fast.Memory;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Memory;

[TestFixture]
internal sealed class BufferPoolTests
{
    private const int Slack = BufferClasses.SlackBytes;
    private const int Large = (64 << 10) + Slack;

    [TestCase(0, 4096)]
    [TestCase(4096, 4096)]
    [TestCase(4097, 16384)]
    [TestCase(16384, 16384)]
    [TestCase(16385, 65536 + Slack)]
    [TestCase(65536, 65536 + Slack)]
    [TestCase(65536 + Slack, 65536 + Slack)]
    [TestCase(65536 + Slack + 1, 131072 + Slack)]
    [TestCase(131072 + Slack, 131072 + Slack)]
    [TestCase(131072 + Slack + 1, 262144 + Slack)]
    [TestCase((16 << 20) + Slack, (16 << 20) + Slack)]
    public void TryRent_AnySize_GivesTheSmallestClassThatFits(int bytes, int blockBytes)
    {
        using BufferPool pool = new(64 << 20);
        Assert.That(pool.TryRent(bytes, out BufferLease lease), Is.True);
        Assert.That(lease.Capacity, Is.EqualTo(blockBytes));
        Assert.That(lease.Span.Length, Is.EqualTo(blockBytes));
        Assert.That(lease.Memory.Length, Is.EqualTo(blockBytes));
        lease.Return();
    }

    [Test]
    public void Classes_EverySize_AreTheSmallestThatHolds()
    {
        const int Mega = (1 << 20) + Slack;
        int[] edges = [0, 1, 4096, 4097, 16384, 16385, 65536, Large, Large + 1, Mega, Mega + 1];
        foreach (int bytes in edges)
        {
            int index = BufferClasses.IndexOf(bytes);
            Assert.That(BufferClasses.BlockBytes(index), Is.GreaterThanOrEqualTo(bytes));
            Assert.That(index == 0 || BufferClasses.BlockBytes(index - 1) < bytes, Is.True, $"{bytes}");
        }

        Assert.That(BufferClasses.IndexOf(BufferPool.BlockBytesMax), Is.EqualTo(BufferClasses.Count - 1));
        Assert.That(BufferPool.BlockBytesMax, Is.GreaterThanOrEqualTo((16 << 20) + 16 + 255));
    }

    [Test]
    public void TryRent_MoreThanTheLargestBlockOrNegative_Throws()
    {
        using BufferPool pool = new(1 << 20);
        int tooMany = BufferPool.BlockBytesMax + 1;
        Assert.That(() => pool.TryRent(tooMany, out _), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => pool.TryRent(-1, out _), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new BufferPool(0), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public unsafe void Blocks_OfAllClasses_AreAlignedToACacheLineAndApart()
    {
        using BufferPool pool = new(64 << 20);
        List<(long From, long To)> ranges = [];
        List<BufferLease> leases = [];
        for (int round = 0; round < 70; round++)
        {
            int bytes = BufferClasses.BlockBytes(round % 5);
            Assert.That(pool.TryRent(bytes, out BufferLease lease), Is.True);
            leases.Add(lease);
            // SAFETY: only the address is looked at.
            using System.Buffers.MemoryHandle handle = lease.Memory.Pin();
            long address = (long)handle.Pointer;
            Assert.That(address % 64, Is.Zero);
            ranges.Add((address, address + lease.Capacity));
        }

        ranges.Sort();
        for (int i = 1; i < ranges.Count; i++)
        {
            Assert.That(ranges[i].From, Is.GreaterThanOrEqualTo(ranges[i - 1].To));
        }

        leases.ForEach(static lease => lease.Return());
        Assert.That(pool.Statistics.LeasedBytes, Is.Zero);
    }

    [Test]
    public void Adopt_IdOfALeasedBlock_IsTheSameBlock()
    {
        using BufferPool pool = new(1 << 20);
        pool.TryRent(100, out BufferLease lease);
        lease.Span[0] = 42;
        BufferLease adopted = pool.Adopt(lease.Id);
        Assert.That(adopted.Span[0], Is.EqualTo(42));
        int id = adopted.Id;
        adopted.Return();
        Assert.That(pool.Statistics.LeasedBlocks, Is.Zero);
        Assert.That(() => pool.Adopt(id), Throws.InvalidOperationException);
    }

    [Test]
    public void Lease_None_ReturnsAndClearsWithoutEffect()
    {
        BufferLease none = default;
        Assert.That(none.IsNone, Is.True);
        none.Clear();
        none.Return();
        none.ReturnCleared();
    }

    [Test]
    public void ReturnCleared_BlockWithSecrets_LeavesNoneBehind()
    {
        using BufferPool pool = new(1 << 20);
        pool.TryRent(4096, out BufferLease lease);
        lease.Span.Fill(0xAB);
        lease.ReturnCleared();
        pool.TryRent(4096, out BufferLease again);
        Assert.That(again.Span.IndexOfAnyExcept((byte)0), Is.EqualTo(-1));
        again.Return();
    }

    [Test]
    public void Return_Twice_IsRefusedCountedAndHarmless()
    {
        using BufferPool pool = new(1 << 20);
        pool.TryRent(4096, out BufferLease lease);
        lease.Return();
        ReturnAgain(lease);
        pool.TryRent(4096, out BufferLease first);
        ReturnAgain(lease);
        pool.TryRent(4096, out BufferLease second);
        Assert.That(first.Id, Is.Not.EqualTo(second.Id));
        Assert.That(pool.Statistics.DoubleReturnsTotal, Is.EqualTo(2));
        Assert.That(pool.Statistics.LeasedBlocks, Is.EqualTo(2));
        first.Return();
        second.Return();
    }

    [Test]
    public void Clear_StaleLease_LeavesTheNextOwnersBytes()
    {
        using BufferPool pool = new(4096);
        pool.TryRent(4096, out BufferLease stale);
        stale.Return();
        pool.TryRent(4096, out BufferLease lease);
        lease.Span[7] = 7;
        stale.Clear();
        Assert.That(lease.Span[7], Is.EqualTo(7));
        lease.Return();
    }

    [Test]
    public void Statistics_AfterRentsAndReturns_AddUp()
    {
        using BufferPool pool = new(10 << 20);
        pool.TryRent(4096, out BufferLease small);
        pool.TryRent(Large, out BufferLease large);
        small.Return();
        BufferPoolStatistics statistics = pool.Statistics;
        Assert.That(statistics.CapacityBytes, Is.EqualTo(10 << 20));
        Assert.That(statistics.CommittedBytes, Is.EqualTo((256 << 10) + Large));
        Assert.That(statistics.LeasedBytes, Is.EqualTo(Large));
        Assert.That(statistics.LeasedBlocks, Is.EqualTo(1));
        Assert.That(statistics.RentedTotal, Is.EqualTo(2));
        Assert.That(statistics.CommitsTotal, Is.EqualTo(2));
        large.Return();
        Assert.That(pool.Statistics.RentedTotal, Is.EqualTo(2));
    }

    [Test]
    public void OutstandingHolders_LeasedBlocks_AreNamedInDebug()
    {
        using BufferPool pool = new(1 << 20);
        pool.TryRent(1, out BufferLease mine);
        pool.TryRent(1, out BufferLease other, "link 7");
        mine.Return();
#if DEBUG
        Assert.That(pool.OutstandingHolders(), Is.EqualTo(new[] { "link 7" }));
#else
        Assert.That(pool.OutstandingHolders(), Is.Empty);
#endif
        other.Return();
        Assert.That(pool.OutstandingHolders(), Is.Empty);
    }

    [Test]
    public void RentAndReturn_SteadyState_AllocatesNothing()
    {
        using BufferPool pool = new(1 << 20);
        Churn(pool, 1000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Churn(pool, 100_000);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static void Churn(BufferPool pool, int rounds)
    {
        for (int i = 0; i < rounds; i++)
        {
            pool.TryRent(4096, out BufferLease small);
            pool.TryRent(65536, out BufferLease large);
            pool.Adopt(small.Id).Return();
            large.Return();
        }
    }

    private static void ReturnAgain(BufferLease lease)
    {
#if DEBUG
        Assert.That(lease.Return, Throws.Exception.With.Message.Contains("returned twice"));
#else
        lease.Return();
#endif
    }
}
