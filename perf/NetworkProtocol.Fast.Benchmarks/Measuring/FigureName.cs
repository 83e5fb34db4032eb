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

    /// <summary>Messages a second as a share of the rate that an open loop asked for.</summary>
    internal const string OfRate = "ofRate";

    /// <summary>The longest latency as a share of the window.</summary>
    internal const string MaxOfWindow = "maxOfWindow";

    /// <summary>How much of the window the processor of load and upstream was busy with them, when the relay is on
    /// another one.</summary>
    internal const string LoadCoreBusy = "loadCoreBusy";

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

    /// <summary>p99 of others while one is stalled, as a share of that before, over all rounds together.</summary>
    internal const string StalledP99Ratio = "stalledP99Ratio";

    /// <summary>Most resident memory over the second half of a stall as a share of the most over the first.</summary>
    internal const string MemoryGrowth = "memoryGrowth";

    /// <summary>What the relay's memory rose to beyond that of an idle one, as a share of its limit for
    /// buffers.</summary>
    internal const string PeakOfBound = "peakOfBound";

    internal const string PeakMegabytes = "peakMegabytes";
    internal const string RecoverySeconds = "recoverySeconds";

    /// <summary>The same as a share of the time that the server was away and a reconnecting relay's first
    /// delay.</summary>
    internal const string RecoveryOfDelay = "recoveryOfDelay";

    /// <summary>Requests that failed, and were sent before the server was killed.</summary>
    internal const string FailedInFlight = "failedInFlight";

    /// <summary>Requests that failed, and were sent before the first success.</summary>
    internal const string FailedWhileDown = "failedWhileDown";

    /// <summary>Requests that failed, and were sent after the first success.</summary>
    internal const string FailedAfterwards = "failedAfterwards";

    /// <summary>Garbage collections of the relay while it was loaded, connecting and warming up included, by
    /// generation.</summary>
    internal static IReadOnlyList<string> RelayCollections { get; } = ["relayGen0", "relayGen1", "relayGen2"];

    /// <inheritdoc cref="RelayCollections"/>
    internal static IReadOnlyList<string> UpstreamCollections { get; } =
        ["upstreamGen0", "upstreamGen1", "upstreamGen2"];

    /// <summary>Garbage collections of the load itself within the window, by generation.</summary>
    internal static IReadOnlyList<string> LoadCollections { get; } = ["loadGen0", "loadGen1", "loadGen2"];
}
