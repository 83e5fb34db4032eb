using System.Linq;
using BenchmarkDotNet.Attributes;
using NetworkProtocol.Fast.Diagnostics;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Benchmarks.Micro;

/// <summary>What the metrics of a route cost for a reply, in batches as they come under load: 64 replies to requests of
/// 16 clients.</summary>
[MemoryDiagnoser(displayGenColumns: false)]
public class CountingBenchmarks
{
    private const int Replies = 64;

    private readonly RouteMeter route = new("orders.*", 1);
    private readonly RouteTally tally = new();
    private readonly long[] durations =
        [.. Enumerable.Range(0, Replies).Select(static i => 90_000L + (i % 16 * 7_000))];

    [GlobalSetup]
    public void Setup()
    {
        long before = route.Requests;
        Batched();
        EachByItself();
        Expect.Same(route.Requests - before, 2L * Replies, "counting replies");
    }

    [Benchmark(OperationsPerInvoke = Replies)]
    public void Batched()
    {
        foreach (long duration in durations)
        {
            tally.AddReply(route, duration);
        }

        tally.Settle();
    }

    [Benchmark(OperationsPerInvoke = Replies, Baseline = true)]
    public void EachByItself()
    {
        foreach (long duration in durations)
        {
            route.Record(ErrorCode.None, duration);
        }
    }
}
