using System;
using System.Collections.Generic;
using System.Threading;
using NetworkProtocol.Fast.Memory;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Memory;

/// <summary>Many threads on one pool.</summary>
[TestFixture]
internal sealed class BufferPoolThreadTests
{
    [Test]
    public void BlockStack_TopLeavesAndComesBack_NeverGivesOneBlockToTwo()
    {
        // The pattern of ABA: the top leaves, the second leaves, the top comes back, while another thread pops.
        const int Blocks = 4;
        using BufferPool pool = new(Blocks * 4096);
        List<BufferLease> leases = BufferLeases.RentAll(pool, 1);
        BlockTable table = new();
        BlockStack stack = new(table);
        for (int id = 0; id < Blocks; id++)
        {
            table.Add(leases.Find(lease => lease.Id == id).Block);
            Assert.That(stack.TryPush(table[id]), Is.True);
        }

        int shared = 0;
        int[] owners = new int[Blocks];
        Thread[] threads = new Thread[8];
        for (int i = 0; i < threads.Length; i++)
        {
            threads[i] = new Thread(() =>
            {
                for (int round = 0; round < 200_000; round++)
                {
                    BufferBlock? first = Own(stack.TryPop(), owners, ref shared);
                    BufferBlock? second = Own(stack.TryPop(), owners, ref shared);
                    Disown(stack, first, owners);
                    Disown(stack, second, owners);
                }
            });
            threads[i].Start();
        }

        Array.ForEach(threads, static thread => thread.Join());
        Assert.That(shared, Is.Zero);
        for (int i = 0; i < Blocks; i++)
        {
            Assert.That(stack.TryPop(), Is.Not.Null, "a block was lost");
        }

        Assert.That(stack.TryPop(), Is.Null);
        BufferLeases.ReturnAll(leases);
    }

    [Test]
    public void Pool_ManyThreadsAtTheCap_NeverSharesABlockOrExceedsTheCap([Values(1, 2)] int round)
    {
        TestContext.Out.WriteLine($"seed {round}");
        const long Capacity = 1 << 20;
        BufferPool pool = new(Capacity);
        string? fault = null;
        Thread[] threads = new Thread[4];
        for (int i = 0; i < threads.Length; i++)
        {
            int index = i;
            threads[i] = new Thread(() => fault ??= Churn(pool, new Random((round * 10) + index), (byte)(index + 1)));
            threads[i].Start();
        }

        while (Array.Exists(threads, static thread => thread.IsAlive))
        {
            pool.Trim();
            if (pool.CommittedBytes > Capacity)
            {
                fault = "the cap was exceeded";
            }

            Thread.Yield();
        }

        Assert.That(fault, Is.Null);
        BufferPoolStatistics statistics = pool.Statistics;
        Assert.That(statistics.LeasedBlocks, Is.Zero);
        Assert.That(statistics.DoubleReturnsTotal, Is.Zero);
        Assert.That(statistics.RefusedTotal, Is.GreaterThan(0));
        List<BufferLease> all = BufferLeases.RentAll(pool, 4096);
        Assert.That(all, Has.Count.EqualTo(Capacity / 4096), "blocks were lost");
        BufferLeases.ReturnAll(all);
        pool.Dispose();
        Assert.That(pool.CommittedBytes, Is.Zero);
    }

    [Test]
    public void Dispose_WhileOthersRentAndReturn_FreesEverything([Range(1, 20)] int round)
    {
        TestContext.Out.WriteLine($"seed {round}");
        BufferPool pool = new(1 << 20);
        Thread[] threads = new Thread[3];
        int refused = 0;
        for (int i = 0; i < threads.Length; i++)
        {
            int bytes = BufferClasses.BlockBytes(i);
            threads[i] = new Thread(() =>
            {
                while (pool.TryRent(bytes, out BufferLease lease))
                {
                    lease.Span[^1] = 1;
                    lease.Return();
                }

                Interlocked.Increment(ref refused);
            });
            threads[i].Start();
        }

        while (pool.Statistics.RentedTotal < round * 100)
        {
            Thread.Yield();
        }

        pool.Dispose();
        Array.ForEach(threads, static thread => thread.Join());
        Assert.That(refused, Is.EqualTo(threads.Length));
        Assert.That(pool.CommittedBytes, Is.Zero);
    }

    private static BufferBlock? Own(BufferBlock? block, int[] owners, ref int shared)
    {
        if (block is not null && Interlocked.Increment(ref owners[block.Id]) != 1)
        {
            Interlocked.Increment(ref shared);
        }

        return block;
    }

    private static void Disown(BlockStack stack, BufferBlock? block, int[] owners)
    {
        if (block is not null)
        {
            Interlocked.Decrement(ref owners[block.Id]);
            stack.TryPush(block);
        }
    }

    private static string? Churn(BufferPool pool, Random random, byte mark)
    {
        List<BufferLease> held = [];
        string? fault = null;
        for (int i = 0; i < 30_000 && fault is null; i++)
        {
            if (held.Count < 12 && random.Next(2) == 0
                && pool.TryRent(BufferClasses.BlockBytes(random.Next(5)), out BufferLease lease))
            {
                lease.Span[0] = mark;
                lease.Span[^1] = mark;
                held.Add(lease);
            }
            else if (held.Count > 0)
            {
                int index = random.Next(held.Count);
                BufferLease returned = held[index];
                held.RemoveAt(index);
                if (returned.Span[0] != mark || returned.Span[^1] != mark)
                {
                    fault = "two owners had one block";
                }

                pool.Adopt(returned.Id).Return();
            }
        }

        BufferLeases.ReturnAll(held);
        return fault;
    }
}
