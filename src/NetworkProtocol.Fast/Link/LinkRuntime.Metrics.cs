using System;
using NetworkProtocol.Fast.Diagnostics;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Link;

/// <summary>What all links of a process share, in numbers.</summary>
public sealed partial class LinkRuntime : IMetricSource
{
    private static readonly PayloadCodec[] Codecs = [PayloadCodec.Lz4, PayloadCodec.Zstd];

    void IMetricSource.Collect(MetricSnapshot snapshot)
    {
        snapshot.Add(Diagnostics.Metrics.ReadPauses, Counters.Pauses);
        snapshot.Add(Diagnostics.Metrics.MemoryWaits, Counters.MemoryWaits);
        snapshot.Add(Diagnostics.Metrics.Drops, Counters.LateReplies, "late_reply");
        snapshot.Add(Diagnostics.Metrics.Drops, Counters.DroppedReplies, "client_gone");
        snapshot.Add(Diagnostics.Metrics.Drops, Counters.SlowConsumers, "slow_consumer");
        Counters.Dropped.CollectErrors(snapshot, Diagnostics.Metrics.Drops);
        BufferPoolStatistics pool = Pool.Statistics;
        snapshot.Add(Diagnostics.Metrics.PoolLimit, pool.CapacityBytes);
        snapshot.Add(Diagnostics.Metrics.PoolCommitted, pool.CommittedBytes);
        snapshot.Add(Diagnostics.Metrics.PoolLeased, pool.LeasedBytes);
        snapshot.Add(Diagnostics.Metrics.PoolRefusals, pool.RefusedTotal);
        foreach (PayloadCodec codec in Codecs)
        {
            (long input, long output) = Counters.CompressedBy(codec);
            string name = SnakeCase.Of(codec.ToString());
            snapshot.Add(Diagnostics.Metrics.CompressionInput, input, name);
            snapshot.Add(Diagnostics.Metrics.CompressionOutput, output, name);
            snapshot.Add(Diagnostics.Metrics.CompressionRatio, input == 0 ? 1 : (double)output / input, name);
        }

        snapshot.Add(Diagnostics.Metrics.ManagedHeap, GC.GetTotalMemory(forceFullCollection: false));
        for (int generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            snapshot.Add(Diagnostics.Metrics.Collections, GC.CollectionCount(generation), $"gen{generation}");
        }
    }
}
