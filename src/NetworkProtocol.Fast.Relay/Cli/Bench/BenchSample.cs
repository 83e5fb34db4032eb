using System;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>What one measurement of one subject gave.</summary>
internal sealed record BenchSample
{
    internal required long Messages { get; init; }

    internal required TimeSpan Elapsed { get; init; }

    internal required LatencyHistogram Latencies { get; init; }

    /// <summary>Allocated in this process meanwhile: by generator, relay and upstream if all run in it.</summary>
    internal required long AllocatedBytes { get; init; }

    /// <summary>Processor time of this process, user and system.</summary>
    internal required TimeSpan Cpu { get; init; }

    internal double MessagesPerSecond => Messages / Elapsed.TotalSeconds;

    internal double AllocatedBytesPerMessage => PerMessage(AllocatedBytes);

    internal double CpuMicrosecondsPerMessage => PerMessage(Cpu.TotalMicroseconds);

    private double PerMessage(double value) => Messages == 0 ? 0 : value / Messages;
}
