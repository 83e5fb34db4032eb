using System.Collections.Generic;

namespace NetworkProtocol.Fast.Benchmarks.Measuring;

/// <summary>Names of figures, with their units. Processor time for a message in microseconds is the same number as
/// seconds for a million messages.</summary>
internal static class FigureName
{
    internal const string MessagesPerSecond = "messagesPerSecond";
    internal const string MegabytesPerSecond = "megabytesPerSecond";
    internal const string P50 = "p50Us";
    internal const string P99 = "p99Us";
    internal const string LoadCpu = "loadCpuUs";
    internal const string RelayCpu = "relayCpuUs";
    internal const string UpstreamCpu = "upstreamCpuUs";

    /// <summary>Payload in one direction for each second of the relay's processor time.</summary>
    internal const string MegabytesPerRelayCpuSecond = "megabytesPerRelayCpuSecond";

    /// <summary>Resident memory of the relay's process after the window, in units of 10^6 bytes.</summary>
    internal const string RelayMegabytes = "relayMegabytes";

    /// <summary>The same of the other processes.</summary>
    internal const string LoadMegabytes = "loadMegabytes";

    /// <inheritdoc cref="LoadMegabytes"/>
    internal const string UpstreamMegabytes = "upstreamMegabytes";

    internal const string BytesPerLink = "bytesPerLink";

    /// <summary>p99 of others while one is stalled, as a share of that before.</summary>
    internal const string StalledP99Ratio = "stalledP99Ratio";

    /// <summary>Most resident memory over the second half of a stall as a share of the most over the first.</summary>
    internal const string MemoryGrowth = "memoryGrowth";

    internal const string PeakMegabytes = "peakMegabytes";
    internal const string RecoverySeconds = "recoverySeconds";
    internal const string RequestsFailed = "requestsFailed";

    /// <summary>Garbage collections of the relay while it was loaded, connecting and warming up included, by
    /// generation.</summary>
    internal static IReadOnlyList<string> RelayCollections { get; } = ["relayGen0", "relayGen1", "relayGen2"];

    /// <inheritdoc cref="RelayCollections"/>
    internal static IReadOnlyList<string> UpstreamCollections { get; } =
        ["upstreamGen0", "upstreamGen1", "upstreamGen2"];

    /// <summary>Garbage collections of the load itself within the window, by generation.</summary>
    internal static IReadOnlyList<string> LoadCollections { get; } = ["loadGen0", "loadGen1", "loadGen2"];
}
