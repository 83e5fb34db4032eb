using System;
using NetworkProtocol.Fast.Memory;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Memory;

[TestFixture]
internal sealed class ReceiveWindowTests
{
    private BufferPool pool = null!;
    private ReceiveWindow window;

    [SetUp]
    public void SetUp()
    {
        pool = new BufferPool(1 << 20);
        window = default;
    }

    [TearDown]
    public void TearDown()
    {
        window.Release();
        Assert.That(pool.Statistics.LeasedBlocks, Is.Zero, "the window leaked its block");
        pool.Dispose();
    }

    [Test]
    public void Window_Fresh_HoldsNothing()
    {
        Assert.That(window.HasBlock, Is.False);
        Assert.That(window.Capacity, Is.Zero);
        Assert.That(window.UnreadBytes, Is.Zero);
        Assert.That(window.Unread.IsEmpty, Is.True);
        Assert.That(window.Writable.IsEmpty, Is.True);
        Assert.That(window.Detach().IsNone, Is.True);
        Assert.That(() => window.Written(1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => window.Consume(1), Throws.TypeOf<ArgumentOutOfRangeException>());
        window.Written(0);
        window.Consume(0);
    }

    [Test]
    public void TryEnsure_ZeroBytesWithoutABlock_GivesABlock()
    {
        Assert.That(window.TryEnsure(pool, 0), Is.True);
        Assert.That(window.HasBlock, Is.True);
    }

    [Test]
    public void Consume_All_MakesTheWholeBlockWritable()
    {
        Fill(4096, 0);
        Assert.That(window.Writable.IsEmpty, Is.True);
        window.Consume(4095);
        Assert.That(window.UnreadOffset, Is.EqualTo(4095));
        window.Consume(1);
        Assert.That(window.UnreadOffset, Is.Zero);
        Assert.That(window.Writable.Length, Is.EqualTo(4096));
        Assert.That(() => window.Consume(1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => window.Written(4097), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => window.Written(-1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => window.Consume(-1), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void TryEnsure_RoomAtTheEnd_MovesNothing()
    {
        Fill(100, 0);
        window.Consume(40);
        Assert.That(window.TryEnsure(pool, 4056), Is.True);
        Assert.That(window.UnreadOffset, Is.EqualTo(40));
    }

    [Test]
    public void TryEnsure_RoomOnlyAtTheFront_SlidesWithinTheBlock()
    {
        Fill(4000, 0);
        window.Consume(3000);
        Assert.That(window.TryEnsure(pool, 4096), Is.True);
        Assert.That(window.Capacity, Is.EqualTo(4096));
        Assert.That(window.UnreadOffset, Is.Zero);
        Assert.That(window.Writable.Length, Is.EqualTo(3096));
        AssertUnread(1000, 3000);
    }

    [Test]
    public void TryEnsure_MoreThanTheBlock_MovesToALargerOne()
    {
        Fill(4096, 0);
        window.Consume(10);
        Assert.That(window.TryEnsure(pool, 70_000), Is.True);
        Assert.That(window.Writable.Length, Is.GreaterThanOrEqualTo(70_000 - 4086));
        Assert.That(pool.Statistics.LeasedBlocks, Is.EqualTo(1));
        AssertUnread(4086, 10);
    }

    [Test]
    public void TryEnsure_PoolRefuses_ChangesNothing()
    {
        using BufferPool small = new(8192);
        ReceiveWindow other = default;
        Assert.That(other.TryEnsure(small, 100), Is.True);
        other.Writable.Span[0] = 9;
        other.Written(1);
        Assert.That(other.TryEnsure(small, 10_000), Is.False);
        Assert.That(other.Unread[0], Is.EqualTo(9));
        Assert.That(other.UnreadBytes, Is.EqualTo(1));
        other.Release();
    }

    [Test]
    public void TryEnsure_BlockFarTooLarge_MovesToASmallerOne()
    {
        Assert.That(window.TryEnsure(pool, 512 << 10), Is.True);
        Fill(300, 0);
        window.Consume(100);
        Assert.That(window.TryEnsure(pool, 4096), Is.True);
        Assert.That(window.Capacity, Is.EqualTo((64 << 10) + BufferClasses.SlackBytes));
        AssertUnread(200, 100);
        Assert.That(window.TryEnsure(pool, 16), Is.True);
        Assert.That(window.Capacity, Is.EqualTo((64 << 10) + BufferClasses.SlackBytes), "a usual block is kept");
    }

    [Test]
    public void Detach_WithUnreadBytes_HandsTheBlockOver()
    {
        Fill(50, 0);
        window.Consume(20);
        int offset = window.UnreadOffset;
        BufferLease lease = window.Detach();
        Assert.That(lease.Span[offset], Is.EqualTo(20));
        Assert.That(window.HasBlock, Is.False);
        Assert.That(window.UnreadBytes, Is.Zero);
        lease.Return();
    }

    [Test]
    public void Window_RandomSteps_KeepsTheBytesInOrder([Values(1, 2, 3)] int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        Random random = new(seed);
        int written = 0;
        int read = 0;
        for (int step = 0; step < 20_000; step++)
        {
            int wanted = random.Next(8) == 0 ? random.Next(300_000) : random.Next(5000);
            Assert.That(window.TryEnsure(pool, wanted), Is.True);
            Assert.That(window.UnreadBytes + window.Writable.Length, Is.GreaterThanOrEqualTo(wanted));
            int count = Math.Min(random.Next(3000), window.Writable.Length);
            Span<byte> target = window.Writable.Span[..count];
            for (int i = 0; i < count; i++)
            {
                target[i] = (byte)(written++ % 251);
            }

            window.Written(count);
            int consumed = random.Next(window.UnreadBytes + 1);
            ReadOnlySpan<byte> source = window.Unread[..consumed];
            for (int i = 0; i < consumed; i++)
            {
                if (source[i] != (byte)(read++ % 251))
                {
                    Assert.Fail($"step {step}");
                }
            }

            window.Consume(consumed);
            Assert.That(window.UnreadBytes, Is.EqualTo(written - read));
            if (window.UnreadBytes == 0)
            {
                window.Release();
            }
        }
    }

    private void Fill(int bytes, int from)
    {
        Assert.That(window.TryEnsure(pool, bytes), Is.True);
        Span<byte> target = window.Writable.Span;
        for (int i = 0; i < bytes; i++)
        {
            target[i] = (byte)(from + i);
        }

        window.Written(bytes);
    }

    private void AssertUnread(int bytes, int from)
    {
        Assert.That(window.UnreadBytes, Is.EqualTo(bytes));
        for (int i = 0; i < bytes; i++)
        {
            Assert.That(window.Unread[i], Is.EqualTo((byte)(from + i)));
        }
    }
}
