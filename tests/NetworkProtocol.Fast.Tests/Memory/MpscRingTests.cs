using System;
using NetworkProtocol.Fast.Memory;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Memory;

[TestFixture]
internal sealed partial class MpscRingTests
{
    private const int CapacityBytes = 1024;

    private BufferPool pool = null!;
    private MpscRing ring = null!;

    [SetUp]
    public void SetUp()
    {
        pool = new BufferPool(1 << 20);
        ring = new MpscRing(pool, CapacityBytes);
    }

    [TearDown]
    public void TearDown()
    {
        ring.Dispose();
        Assert.That(pool.Statistics.LeasedBlocks, Is.Zero, "the ring leaked its block");
        pool.Dispose();
    }

    [TestCase(0)]
    [TestCase(63)]
    [TestCase(32)]
    [TestCase(100)]
    [TestCase(-64)]
    [TestCase(1 << 25)]
    public void Ring_CapacityNotAPowerOfTwoInRange_Throws(int bytes) =>
        Assert.That(() => new MpscRing(pool, bytes), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void Ring_Unused_OwnsNoMemory()
    {
        Assert.That(ring.IsAttached, Is.False);
        Assert.That(ring.IsEmpty, Is.True);
        Assert.That(ring.UsedBytes, Is.Zero);
        Assert.That(ring.TryRead(out _), Is.False);
        Assert.That(ring.TryDetach(), Is.True);
        Assert.That(pool.Statistics.RentedTotal, Is.Zero);
        Assert.That(ring.Release, Throws.InvalidOperationException);
    }

    [Test]
    public void TryRead_CommittedEntry_GivesTagAndBytes()
    {
        Put([1, 2, 3], tag: -5);
        Assert.That(ring.TryRead(out RingEntry entry), Is.True);
        Assert.That(entry.Tag, Is.EqualTo(-5));
        Assert.That(entry.Span.ToArray(), Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That(ring.UsedBytes, Is.EqualTo(16));
        ring.Release();
        Assert.That(ring.IsEmpty, Is.True);
        Assert.That(ring.TryRead(out _), Is.False);
        Assert.That(ring.Release, Throws.InvalidOperationException);
    }

    [Test]
    public void TryRead_EmptyEntry_IsAnEntry()
    {
        Put([], tag: 0);
        Assert.That(ring.TryRead(out RingEntry entry), Is.True);
        Assert.That(entry.Span.Length, Is.Zero);
        ring.Release();
    }

    [Test]
    public void TryRead_UncommittedClaim_HidesLaterEntriesAndIsNotEmpty()
    {
        Assert.That(ring.TryClaim(8, 1, out RingClaim first), Is.EqualTo(RingStatus.Done));
        Put([2], tag: 2);
        Assert.That(ring.TryRead(out _), Is.False);
        Assert.That(ring.IsEmpty, Is.False);
        Assert.That(ring.TryDetach(), Is.False);
        Assert.That(ring.Release, Throws.InvalidOperationException);
        first.Commit();
        Assert.That(ReadTag(), Is.EqualTo(1));
        Assert.That(ReadTag(), Is.EqualTo(2));
    }

    [Test]
    public void Abandon_Claim_IsSkipped()
    {
        ring.TryClaim(8, 1, out RingClaim first);
        Put([2], tag: 2);
        first.Abandon();
        Assert.That(ReadTag(), Is.EqualTo(2));
        Assert.That(ring.IsEmpty, Is.True);
    }

    [Test]
    public void Abandon_AfterCommit_DoesNothing()
    {
        ring.TryClaim(8, 1, out RingClaim claim);
        claim.Commit();
        claim.Abandon();
        Assert.That(ReadTag(), Is.EqualTo(1));
    }

    [Test]
    public void Commit_Twice_Throws()
    {
        ring.TryClaim(8, 1, out RingClaim claim);
        claim.Commit();
        bool threw = false;
        try
        {
            claim.Commit();
        }
        catch (NullReferenceException)
        {
            threw = true;
        }

        Assert.That(threw, Is.True);
        Assert.That(ReadTag(), Is.EqualTo(1));
    }

    [Test]
    public void IsEmpty_LastEntryAbandoned_IsTrueOnceTheConsumerLooked()
    {
        ring.TryClaim(8, 1, out RingClaim claim);
        claim.Abandon();
        Assert.That(ring.IsEmpty, Is.False);
        Assert.That(ring.TryRead(out _), Is.False);
        Assert.That(ring.IsEmpty, Is.True);
        Assert.That(ring.TryDetach(), Is.True);
    }

    [Test]
    public void TryClaim_LargestEntry_FitsAtEveryPlaceOfAnEmptyRing()
    {
        int bytesMax = ring.EntryBytesMax;
        Assert.That(bytesMax, Is.EqualTo((CapacityBytes / 2) - 8));
        Assert.That(ring.TryClaim(bytesMax + 1, 0, out _), Is.EqualTo(RingStatus.TooLarge));
        Assert.That(() => ring.TryClaim(-1, 0, out _), Throws.TypeOf<ArgumentOutOfRangeException>());
        for (int place = 0; place < 2 * CapacityBytes / 8; place++)
        {
            byte[] bytes = new byte[bytesMax];
            bytes.AsSpan().Fill((byte)(place + 1));
            Put(bytes, place);
            Assert.That(ring.TryRead(out RingEntry entry), Is.True);
            Assert.That(entry.Span.SequenceEqual(bytes), Is.True);
            ring.Release();
            Put([], 0);
            Assert.That(ReadTag(), Is.Zero);
        }
    }

    [Test]
    public void TryClaim_RingFilledToTheLastByte_IsFullUntilOneIsReleased()
    {
        for (int i = 0; i < CapacityBytes / 64; i++)
        {
            Put(new byte[56], i);
        }

        Assert.That(ring.UsedBytes, Is.EqualTo(CapacityBytes));
        Assert.That(ring.TryClaim(0, 0, out _), Is.EqualTo(RingStatus.Full));
        Assert.That(ReadTag(), Is.Zero);
        Put(new byte[56], 16);
        Assert.That(ring.TryClaim(0, 0, out _), Is.EqualTo(RingStatus.Full));
        for (int i = 1; i <= 16; i++)
        {
            Assert.That(ReadTag(), Is.EqualTo(i));
        }

        Assert.That(ring.IsEmpty, Is.True);
    }

    [Test]
    public void TryClaim_RestOfEightBytes_IsFilledByPaddingWithoutData()
    {
        Put(new byte[496], 1);
        Put(new byte[496], 2);
        Assert.That(ReadTag(), Is.EqualTo(1));
        Put([], 3);
        Assert.That(ReadTag(), Is.EqualTo(2));
        Assert.That(ring.UsedBytes, Is.EqualTo(8));
        Assert.That(ReadTag(), Is.EqualTo(3));
        Put(new byte[16], 4);
        Assert.That(ring.UsedBytes, Is.EqualTo(8 + 24));
        Assert.That(ReadTag(), Is.EqualTo(4));
    }

    [Test]
    public void TryClaim_SpaceUsedBefore_IsZeroed()
    {
        byte[] hostile = new byte[200];
        hostile.AsSpan().Fill(0xFF);
        for (int i = 0; i < 100; i++)
        {
            Put(hostile.AsSpan(0, 1 + (i * 7 % 200)), i);
            Assert.That(ReadTag(), Is.EqualTo(i));
            // With nothing committed nothing is read, whatever lay there before.
            ring.TryClaim(i % 64, 0, out RingClaim claim);
            Assert.That(claim.Span.IndexOfAnyExcept((byte)0), Is.EqualTo(-1));
            Assert.That(ring.TryRead(out _), Is.False);
            claim.Abandon();
        }

        Assert.That(ring.TryRead(out _), Is.False);
    }

    [Test]
    public void TryClaim_BlockWithStaleBytes_IsZeroedAtAttach()
    {
        pool.TryRent(CapacityBytes, out BufferLease lease);
        lease.Span.Fill(0xFF);
        lease.Return();
        ring.TryClaim(100, 0, out RingClaim claim);
        Assert.That(claim.Span.IndexOfAnyExcept((byte)0), Is.EqualTo(-1));
        Assert.That(ring.TryRead(out _), Is.False);
        claim.Commit();
        Assert.That(ReadTag(), Is.Zero);
        Assert.That(ring.TryRead(out _), Is.False);
    }

    [Test]
    public void ClaimToRelease_SteadyState_AllocatesNothing()
    {
        Cycle(1000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Cycle(100_000);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private void Cycle(int rounds)
    {
        for (int i = 0; i < rounds; i++)
        {
            ring.TryClaim(64, i, out RingClaim claim);
            claim.Commit();
            ring.TryRead(out _);
            ring.Release();
            if (i % 16 == 0)
            {
                ring.TryDetach();
            }
        }
    }

    private void Put(ReadOnlySpan<byte> bytes, int tag)
    {
        Assert.That(ring.TryClaim(bytes.Length, tag, out RingClaim claim), Is.EqualTo(RingStatus.Done));
        bytes.CopyTo(claim.Span);
        claim.Commit();
    }

    private int ReadTag()
    {
        Assert.That(ring.TryRead(out RingEntry entry), Is.True);
        ring.Release();
        return entry.Tag;
    }
}
