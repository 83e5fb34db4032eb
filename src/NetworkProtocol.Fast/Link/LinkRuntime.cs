using System;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NetworkProtocol.Fast.Diagnostics;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Link;

/// <summary>
/// What the links of a process share: the buffer pool with the process' memory limit, the timer wheel, counters and the
/// logger. Servers and clients that are given the same runtime share one memory limit. Thread-safe.
/// </summary>
public sealed partial class LinkRuntime : IDisposable
{
    /// <summary>Memory limit of a runtime that is not told another one: 256 MiB.</summary>
    public const long MemoryLimitBytesDefault = 256L << 20;

    // Large blocks that nobody used for this long go back to the system.
    private const long TrimIntervalMs = 5_000;

    private readonly PoolTrimmer trimmer;
    private readonly MemoryRelief relief = new();

    /// <summary>Makes a runtime.</summary>
    /// <param name="memoryLimitBytes">Most bytes of buffers at any time, at least 1 MiB.</param>
    /// <param name="loggers">Where to log; null logs nothing.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is under 1 MiB.</exception>
    public LinkRuntime(long memoryLimitBytes = MemoryLimitBytesDefault, ILoggerFactory? loggers = null)
        : this(memoryLimitBytes, loggers, new TimerWheel(TimeProvider.System))
    {
    }

    internal LinkRuntime(long memoryLimitBytes, ILoggerFactory? loggers, TimerWheel wheel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(memoryLimitBytes, 1 << 20);
        Loggers = loggers ?? NullLoggerFactory.Instance;
        Logger = Loggers.CreateLogger("NetworkProtocol.Fast.Link");

        // An eighth is kept for what is sent, and a quarter of the rest for small packets, whatever large ones are
        // under way.
        long reserveBytes = memoryLimitBytes / 8;
        long sharedBytes = memoryLimitBytes - reserveBytes;
        Pool = new BufferPool(sharedBytes, sharedBytes / 4 * 3, reserveBytes);
        Wheel = wheel;
        Metrics = new MetricRegistry();
        Metrics.Add(this);
        trimmer = new PoolTrimmer(Pool);
        Wheel.Schedule(trimmer, Wheel.NowMs + TrimIntervalMs);
    }

    internal ILoggerFactory Loggers { get; }

    internal ILogger Logger { get; }

    internal BufferPool Pool { get; }

    /// <summary>Largest payload that the memory limit can hold with its header and name.</summary>
    internal int PayloadBytesMax =>
        Math.Min(Pool.LeaseBytesMax - PacketHeader.BytesCount - PacketLimits.NameBytesMax,
            (int)PacketLimits.PayloadBytesMax);

    internal TimerWheel Wheel { get; }

    internal LinkCounters Counters { get; } = new();

    internal MetricRegistry Metrics { get; }

    internal CompressorTable Compressors { get; } = new();

    /// <summary>Names links that may be closed when memory runs out.</summary>
    internal void AddRelief(LinkList links) => relief.Add(links);

    internal void RemoveRelief(LinkList links) => relief.Remove(links);

    /// <summary>A reply found no memory: closes the link that holds the most of it. Any thread.</summary>
    internal void RelieveReply() => relief.RelieveReply(Wheel.NowMs);

    /// <summary>A link has waited for memory for long: closes the one that holds the most and takes nothing. Any
    /// thread.</summary>
    internal void RelieveWait() => relief.RelieveWait(Wheel.NowMs);

    /// <summary>Stops the wheel and frees the pool. Close servers and clients first.</summary>
    public void Dispose()
    {
        Metrics.Dispose();
        Wheel.Remove(trimmer);
        Wheel.Dispose();
        Compressors.Dispose();
        Pool.Dispose();
    }

    private sealed class PoolTrimmer(BufferPool pool) : WheelTimer
    {
        protected internal override long OnTick(long nowMs)
        {
            pool.Trim();
            return nowMs + TrimIntervalMs;
        }
    }
}
