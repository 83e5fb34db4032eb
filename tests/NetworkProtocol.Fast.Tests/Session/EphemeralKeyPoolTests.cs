using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session;

[CancelAfter(60_000)]
internal sealed class EphemeralKeyPoolTests
{
    private readonly HandshakeWorkers workers = new(64);

    [Test]
    public async Task Pool_LeftAlone_FillsToItsCapacityAndNoFurther()
    {
        using var pool = new EphemeralKeyPool(8, workers);
        await Eventually.HoldsAsync(() => pool.IsIdle);
        Assert.That(pool.Count, Is.EqualTo(8));
    }

    [Test]
    public async Task Take_BelowHalf_HasThePoolRefilled()
    {
        using var pool = new EphemeralKeyPool(8, workers);
        await Eventually.HoldsAsync(() => pool.IsIdle);
        for (int left = 7; left >= 4; left--)
        {
            pool.Take().Dispose();
            Assert.That((pool.Count, pool.IsIdle), Is.EqualTo((left, true)), "half of it is enough");
        }

        pool.Take().Dispose();
        await Eventually.HoldsAsync(() => pool.IsIdle);
        Assert.That(pool.Count, Is.EqualTo(8));
    }

    [Test]
    public void Take_FromAnEmptyPool_NeverWaits()
    {
        // Faster than one thread can refill, so that some find it empty.
        using var pool = new EphemeralKeyPool(1, workers);
        string[] points = [.. Enumerable.Range(0, 100).Select(_ => PointOf(pool.Take()))];
        Assert.That(points, Is.Unique);
    }

    [Test]
    public void Take_ByManyThreads_NeverGivesAKeyTwice()
    {
        const int Threads = 8;
        const int Each = 250;
        using var pool = new EphemeralKeyPool(16, workers);
        var points = new ConcurrentBag<string>();
        var counts = new ConcurrentBag<int>();
        Parallel.For(0, Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, _ =>
        {
            for (int i = 0; i < Each; i++)
            {
                points.Add(PointOf(pool.Take()));
                counts.Add(pool.Count);
            }
        });
        Assert.That(points, Has.Count.EqualTo(Threads * Each).And.Unique);
        Assert.That(counts, Is.All.LessThanOrEqualTo(16));
    }

    [Test]
    public async Task Dispose_WhileItIsRefilled_LeavesNothingBehind()
    {
        for (int round = 0; round < 20; round++)
        {
            // More than it makes in this time, so that the refill is in the middle of a pair.
            var pool = new EphemeralKeyPool(1 << 20, workers);
            await Eventually.HoldsAsync(() => pool.Count > 0);
            P256KeyPair taken = pool.Take();
            pool.Dispose();
            await Eventually.HoldsAsync(() => pool.IsIdle);
            Assert.That(pool.Count, Is.Zero);
            Assert.That(() => pool.Take(), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(P256PublicKey.TryImport(PeerPoint(), out P256PublicKey? peer));
            Assert.That(taken.TryAgree(peer!, new byte[32]), "a pair that was taken is its taker's");
            peer!.Dispose();
            taken.Dispose();
        }
    }

    private static byte[] PeerPoint()
    {
        using P256KeyPair pair = P256KeyPair.FromScalar(SessionPair.Counting(1, 32));
        return pair.PublicKey.ToArray();
    }

    private static string PointOf(P256KeyPair pair)
    {
        using (pair)
        {
            return Convert.ToHexString(pair.PublicKey);
        }
    }
}
