using System;
using System.Collections.Generic;
using System.Linq;
using NetworkProtocol.Fast.Memory;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Memory;

/// <summary>The cap, giving memory back, and the end of a pool.</summary>
[TestFixture]
internal sealed class BufferPoolCapTests
{
    private const int Large = (64 << 10) + BufferClasses.SlackBytes;
    private const int Larger = (128 << 10) + BufferClasses.SlackBytes;

    [Test]
    public void TryRent_CapReached_IsRefusedUntilABlockComesBack()
    {
        using BufferPool pool = new(3 * 4096);
        List<BufferLease> leases = BufferLeases.RentAll(pool, 1);
        Assert.That(leases, Has.Count.EqualTo(3));
        Assert.That(pool.Statistics.RefusedTotal, Is.EqualTo(1));
        leases[1].Return();
        Assert.That(pool.TryRent(1, out BufferLease again), Is.True);
        leases[1] = again;
        BufferLeases.ReturnAll(leases);
    }

    [Test]
    public void TryRent_LessCapThanTheBlock_IsRefused()
    {
        using BufferPool pool = new(4095);
        Assert.That(pool.TryRent(1, out BufferLease lease), Is.False);
        Assert.That(lease.IsNone, Is.True);
        Assert.That(pool.CommittedBytes, Is.Zero);
    }

    [Test]
    public void TryRent_CapTakenByFreeLargeBlocks_ReleasesThem()
    {
        using BufferPool pool = new(2 * Large);
        BufferLeases.ReturnAll(BufferLeases.RentAll(pool, Large));
        Assert.That(pool.CommittedBytes, Is.EqualTo(2 * Large));
        Assert.That(pool.TryRent(4096, out BufferLease small), Is.True);
        Assert.That(pool.CommittedBytes, Is.LessThanOrEqualTo(2 * Large));
        small.Return();
    }

    [Test]
    public void TryRent_CapTakenByManyFreeBlocks_ReleasesNoMoreThanNeeded()
    {
        using BufferPool pool = new(4 * Large);
        BufferLeases.ReturnAll(BufferLeases.RentAll(pool, Large));
        Assert.That(pool.TryRent(4096, out BufferLease small), Is.True);
        Assert.That(pool.Statistics.ReleasedBytesTotal, Is.EqualTo(Large));
        small.Return();
    }

    [Test]
    public void BlockStack_Closed_StaysClosedAndEmpty()
    {
        using BufferPool pool = new(1 << 20);
        pool.TryRent(1, out BufferLease lease);
        BlockTable table = new();
        BlockStack stack = new(table);
        table.Add(lease.Block);
        Assert.That(stack.TryPush(lease.Block), Is.True);
        Assert.That(stack.Close(), Is.EqualTo(lease.Block.Id + 1));
        Assert.That(stack.TakeAll(), Is.Zero);
        Assert.That(stack.Close(), Is.Zero);
        Assert.That(stack.TryPush(lease.Block), Is.False);
        Assert.That(stack.TryPop(), Is.Null);
        lease.Return();
    }

    [Test]
    public void TryRent_CapTakenByFreeSmallBlocks_ReleasesWholeSlabs()
    {
        using BufferPool pool = new(Larger);
        BufferLeases.ReturnAll(BufferLeases.RentAll(pool, 4096));
        Assert.That(pool.TryRent(Larger, out BufferLease large), Is.True);
        Assert.That(pool.CommittedBytes, Is.EqualTo(Larger));
        large.Return();
    }

    [Test]
    public void TryRent_CapTakenByASlabInUse_IsRefusedAndKeepsTheSlab()
    {
        using BufferPool pool = new(Larger);
        List<BufferLease> leases = BufferLeases.RentAll(pool, 4096);
        BufferLease kept = leases[^1];
        kept.Span.Fill(0x5A);
        leases.RemoveAt(leases.Count - 1);
        BufferLeases.ReturnAll(leases);
        Assert.That(pool.TryRent(Larger, out _), Is.False);
        Assert.That(kept.Span.IndexOfAnyExcept((byte)0x5A), Is.EqualTo(-1));
        List<BufferLease> again = BufferLeases.RentAll(pool, 4096);
        Assert.That(again, Has.Count.EqualTo(leases.Count), "no block may be lost by the attempt");
        BufferLeases.ReturnAll(again);
        kept.Return();
    }

    [Test]
    public void TryRent_OnlyALargerFreeBlockInASlabInUse_TakesThat()
    {
        using BufferPool pool = new(2 * 16384);
        pool.TryRent(16384, out BufferLease first);
        Assert.That(pool.TryRent(4096, out BufferLease second), Is.True);
        Assert.That(second.Capacity, Is.EqualTo(16384));
        first.Return();
        second.Return();
    }

    [Test]
    public void Blocks_CommittedAgain_KeepTheirIdsAndObjects()
    {
        using BufferPool pool = new(Larger);
        HashSet<int> ids = [];
        for (int round = 0; round < 50; round++)
        {
            pool.TryRent(Larger, out BufferLease large);
            ids.Add(large.Id);
            large.Return();
            pool.TryRent(Large, out BufferLease medium);
            ids.Add(medium.Id);
            medium.Return();
        }

        Assert.That(ids, Has.Count.EqualTo(2));
        Assert.That(pool.Statistics.RentedTotal, Is.EqualTo(100));
    }

    [Test]
    public void Trim_BlocksNotUsedSinceTheLast_AreReleased()
    {
        using BufferPool pool = new(10 << 20);
        pool.TryRent(Large, out BufferLease idle);
        pool.TryRent(Larger, out BufferLease kept);
        pool.TryRent(1, out BufferLease small);
        idle.Return();
        small.Return();
        pool.Trim();
        // All were used before the first trim.
        Assert.That(pool.CommittedBytes, Is.EqualTo(Large + Larger + (256 << 10)));
        pool.Trim();
        Assert.That(pool.CommittedBytes, Is.EqualTo(Larger));
        Assert.That(pool.Statistics.ReleasedBytesTotal, Is.EqualTo(Large + (256 << 10)));
        kept.Span.Fill(1);
        kept.Return();
    }

    [Test]
    public void Trim_BlockUsedInBetween_IsKept()
    {
        using BufferPool pool = new(10 << 20);
        for (int i = 0; i < 5; i++)
        {
            pool.TryRent(Large, out BufferLease lease);
            lease.Return();
            pool.Trim();
            Assert.That(pool.CommittedBytes, Is.EqualTo(Large));
        }
    }

    [Test]
    public void Memory_OfABlockGivenBack_IsNotReadable()
    {
        using BufferPool pool = new(10 << 20);
        pool.TryRent(Large, out BufferLease lease);
        BufferBlock block = lease.Block;
        Memory<byte> memory = lease.Memory;
        lease.Return();
        pool.Trim();
        pool.Trim();
        Assert.That(block.Span.IsEmpty, Is.True);
        Assert.That(() => memory.Span.Length, Throws.Exception);
    }

    [Test]
    public void Dispose_WithLeasedBlocks_FreesThemWhenTheyComeBack()
    {
        BufferPool pool = new(10 << 20);
        pool.TryRent(1, out BufferLease small);
        pool.TryRent(2, out BufferLease other);
        pool.TryRent(Large, out BufferLease large);
        pool.TryRent(Larger, out BufferLease free);
        free.Return();
        pool.Dispose();
        pool.Dispose();
        Assert.That(pool.CommittedBytes, Is.EqualTo((256 << 10) + Large));
        Assert.That(pool.TryRent(1, out _), Is.False);
        small.Span.Fill(3);
        other.Span.Fill(4);
        small.Return();
        Assert.That(pool.CommittedBytes, Is.EqualTo((256 << 10) + Large));
        Assert.That(other.Span.IndexOfAnyExcept((byte)4), Is.EqualTo(-1));
        other.Return();
        Assert.That(pool.CommittedBytes, Is.EqualTo(Large));
        large.ReturnCleared();
        Assert.That(pool.CommittedBytes, Is.Zero);
        pool.Trim();
        Assert.That(pool.TryRent(1, out _), Is.False);
    }

    [Test]
    public void LargeBlocks_AtTheirShare_LeaveTheRestToSmallOnes()
    {
        using var pool = new BufferPool(4 << 20, 3 << 20, 0);
        var large = new List<BufferLease>();
        while (pool.TryRent(128 << 10, out BufferLease lease))
        {
            large.Add(lease);
        }

        Assert.That(large.Sum(static l => (long)l.Capacity), Is.GreaterThan(2 << 20).And.LessThanOrEqualTo(3 << 20));
        Assert.That(pool.TryRent(64 << 10, out BufferLease small), "a quarter is kept for small blocks");
        small.Return();
        large.ForEach(static l => l.Return());
    }

    [Test]
    public void Reserve_IsForSendingAlone()
    {
        using var pool = new BufferPool(64 << 10, 64 << 10, 16 << 10);
        List<BufferLease> leases = BufferLeases.RentAll(pool, 4096);
        var sent = new List<BufferLease>();
        while (pool.TryRentToSend(4096, out BufferLease lease))
        {
            sent.Add(pool.Adopt(lease.Id));
        }

        Assert.That((leases.Count, sent.Count), Is.EqualTo((16, 4)));
        Assert.That(leases.Concat(sent).Select(static l => l.Id), Is.Unique);
        Assert.That(pool.CommittedBytes, Is.EqualTo(pool.Statistics.CapacityBytes));
        Assert.That(pool.Statistics.LeasedBytes, Is.EqualTo(80 << 10));
        sent[0].Return();
        Assert.That(pool.TryRent(4096, out _), Is.False, "what comes back to the reserve stays there");
        Assert.That(pool.TryRentToSend(4096, out BufferLease again));
        sent[0] = again;
        Assert.That(pool.TryRentToSend(64 << 10, out _), Is.False, "a block that the reserve can never hold");
        BufferLeases.ReturnAll(leases);
        BufferLeases.ReturnAll(sent);
        pool.Trim();
        pool.Trim();
        Assert.That(pool.CommittedBytes, Is.Zero);
    }
}
