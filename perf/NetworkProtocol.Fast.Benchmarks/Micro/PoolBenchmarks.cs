using System.Buffers;
using BenchmarkDotNet.Attributes;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Benchmarks.Micro;

/// <summary>One block of memory rented and returned: alone, and with fifteen others out at the same time.</summary>
[MemoryDiagnoser(displayGenColumns: false)]
public class PoolBenchmarks
{
    private const int BlockBytes = 4096;
    private const int Blocks = 16;

    private readonly BufferLease[] leases = new BufferLease[Blocks];
    private readonly byte[][] arrays = new byte[Blocks][];
    private BufferPool pool = null!;

    [GlobalSetup]
    public void Setup()
    {
        pool = new BufferPool(1 << 20);
        Expect.Same(Pool(), BlockBytes, nameof(Pool));
        Expect.Same(ArrayPoolShared(), BlockBytes, nameof(ArrayPoolShared));
        Expect.Same(PoolOfMany(), BlockBytes, nameof(PoolOfMany));
        Expect.Same(ArrayPoolOfMany(), BlockBytes, nameof(ArrayPoolOfMany));
        Expect.Same(pool.Statistics.LeasedBlocks, 0L, "blocks left out");
    }

    [GlobalCleanup]
    public void Cleanup() => pool.Dispose();

    [Benchmark]
    public int Pool()
    {
        pool.TryRent(BlockBytes, out BufferLease lease);
        int bytes = lease.Capacity;
        lease.Return();
        return bytes;
    }

    [Benchmark(Baseline = true)]
    public int ArrayPoolShared()
    {
        byte[] array = ArrayPool<byte>.Shared.Rent(BlockBytes);
        int bytes = array.Length;
        ArrayPool<byte>.Shared.Return(array);
        return bytes;
    }

    [Benchmark(OperationsPerInvoke = Blocks)]
    public int PoolOfMany()
    {
        for (int i = 0; i < Blocks; i++)
        {
            pool.TryRent(BlockBytes, out leases[i]);
        }

        int bytes = leases[^1].Capacity;
        for (int i = 0; i < Blocks; i++)
        {
            leases[i].Return();
        }

        return bytes;
    }

    [Benchmark(OperationsPerInvoke = Blocks)]
    public int ArrayPoolOfMany()
    {
        for (int i = 0; i < Blocks; i++)
        {
            arrays[i] = ArrayPool<byte>.Shared.Rent(BlockBytes);
        }

        int bytes = arrays[^1].Length;
        for (int i = 0; i < Blocks; i++)
        {
            ArrayPool<byte>.Shared.Return(arrays[i]);
        }

        return bytes;
    }
}
