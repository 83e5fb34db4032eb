using NetworkProtocol.Fast.Memory;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Memory;

/// <content>Memory that comes and goes, and the close.</content>
internal sealed partial class MpscRingTests
{
    [Test]
    public void TryDetach_EmptyRing_GivesTheBlockBackAndTheNextClaimAttaches()
    {
        for (int i = 0; i < 200; i++)
        {
            Put(new byte[i], i);
            Assert.That(ring.TryDetach(), Is.False);
            Assert.That(ReadTag(), Is.EqualTo(i));
            Assert.That(ring.TryDetach(), Is.True);
            Assert.That(ring.IsAttached, Is.False);
            Assert.That(pool.Statistics.LeasedBlocks, Is.Zero);
        }

        Assert.That(pool.Statistics.RentedTotal, Is.EqualTo(200));
    }

    [Test]
    public void TryClaim_PoolExhausted_IsNoMemoryUntilThePoolHasSome()
    {
        using BufferPool small = new(4096);
        using MpscRing poor = new(small, 4096);
        small.TryRent(1, out BufferLease lease);
        Assert.That(poor.TryClaim(1, 0, out _), Is.EqualTo(RingStatus.NoMemory));
        lease.Return();
        Assert.That(poor.TryClaim(1, 0, out RingClaim claim), Is.EqualTo(RingStatus.Done));
        claim.Abandon();
    }

    [Test]
    public void Close_WithEntriesLeft_RefusesClaimsAndStillReads()
    {
        Put([1], 1);
        ring.Close();
        ring.Close();
        Assert.That(ring.TryClaim(1, 0, out _), Is.EqualTo(RingStatus.Closed));
        Assert.That(ring.TryDetach(), Is.False);
        Assert.That(ReadTag(), Is.EqualTo(1));
        Assert.That(ring.IsEmpty, Is.True);
        Assert.That(ring.UsedBytes, Is.Zero);
        Assert.That(ring.TryDetach(), Is.True);
        Assert.That(ring.TryDetach(), Is.True);
        Assert.That(ring.TryClaim(1, 0, out _), Is.EqualTo(RingStatus.Closed));
    }

    [Test]
    public void Close_DetachedRing_RefusesClaimsWithoutAttaching()
    {
        ring.Close();
        Assert.That(ring.TryClaim(1, 0, out _), Is.EqualTo(RingStatus.Closed));
        Assert.That(ring.IsAttached, Is.False);
        Assert.That(pool.Statistics.RentedTotal, Is.Zero);
    }
}
