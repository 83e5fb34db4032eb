using System;
using System.Collections.Concurrent;
using System.Threading.Channels;
using BenchmarkDotNet.Attributes;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Benchmarks.Micro;

/// <summary>A packet of 64 bytes payload through a queue: copied in by a producer, copied out by the
/// consumer.</summary>
[MemoryDiagnoser(displayGenColumns: false)]
public class RingBenchmarks
{
    private const int Packets = SamplePackets.Count;

    private readonly byte[] packet = SamplePackets.Batch()[..SamplePackets.PacketBytes];
    private readonly byte[] destination = new byte[Packets * SamplePackets.PacketBytes];
    private readonly ConcurrentQueue<byte[]> queue = new();
    private readonly Channel<byte[]> channel = Channel.CreateBounded<byte[]>(Packets * 2);
    private BufferPool pool = null!;
    private MpscRing mpsc = null!;
    private SpscRing spsc = null!;

    [GlobalSetup]
    public void Setup()
    {
        pool = new BufferPool(1 << 20);
        mpsc = new MpscRing(pool, 64 << 10);
        spsc = new SpscRing(pool, 64 << 10);
        Check(Mpsc, nameof(Mpsc));
        Check(Spsc, nameof(Spsc));
        Check(ConcurrentQueueOfArrays, nameof(ConcurrentQueueOfArrays));
        Check(ChannelOfArrays, nameof(ChannelOfArrays));
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        mpsc.Dispose();
        spsc.Dispose();
        pool.Dispose();
    }

    [Benchmark(OperationsPerInvoke = Packets)]
    public int Mpsc()
    {
        for (int i = 0; i < Packets; i++)
        {
            mpsc.TryClaim(packet.Length, 1, out RingClaim claim);
            packet.CopyTo(claim.Span);
            claim.Commit();
        }

        int bytes = 0;
        while (mpsc.TryRead(out RingEntry entry))
        {
            entry.Span.CopyTo(destination.AsSpan(bytes));
            bytes += entry.Span.Length;
            mpsc.Release();
        }

        return bytes;
    }

    [Benchmark(OperationsPerInvoke = Packets)]
    public int Spsc()
    {
        for (int i = 0; i < Packets; i++)
        {
            spsc.TryClaim(packet.Length, 1, out RingClaim claim);
            packet.CopyTo(claim.Span);
            claim.Commit();
        }

        int bytes = 0;
        while (spsc.TryRead(out RingEntry entry))
        {
            entry.Span.CopyTo(destination.AsSpan(bytes));
            bytes += entry.Span.Length;
            spsc.Release();
        }

        return bytes;
    }

    [Benchmark(OperationsPerInvoke = Packets, Baseline = true)]
    public int ConcurrentQueueOfArrays()
    {
        for (int i = 0; i < Packets; i++)
        {
            queue.Enqueue((byte[])packet.Clone());
        }

        int bytes = 0;
        while (queue.TryDequeue(out byte[]? entry))
        {
            entry.CopyTo(destination, bytes);
            bytes += entry.Length;
        }

        return bytes;
    }

    [Benchmark(OperationsPerInvoke = Packets)]
    public int ChannelOfArrays()
    {
        for (int i = 0; i < Packets; i++)
        {
            channel.Writer.TryWrite((byte[])packet.Clone());
        }

        int bytes = 0;
        while (channel.Reader.TryRead(out byte[]? entry))
        {
            entry.CopyTo(destination, bytes);
            bytes += entry.Length;
        }

        return bytes;
    }

    private void Check(Func<int> operation, string name)
    {
        Array.Clear(destination);
        Expect.Same(operation(), destination.Length, name);
        Expect.Same(destination.AsSpan(destination.Length - packet.Length).SequenceEqual(packet), true, name);
    }
}
