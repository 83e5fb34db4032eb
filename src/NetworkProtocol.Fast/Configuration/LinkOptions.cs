using System;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>Limits and times of one link. The defaults are safe for an edge host with 256 MiB for buffers.</summary>
public sealed record LinkOptions
{
    /// <summary>Largest payload accepted, in bytes; 1 KiB to 16 MiB. Announced to the peer in Hello, or what the
    /// memory limit can hold if that is less.</summary>
    public int PayloadBytesMax { get; init; } = 16 << 20;

    /// <summary>After this long without sending anything a Ping is sent; the peer is dead after three of these
    /// intervals without a byte from it. At least 100 ms.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Time for a new connection to open its session and say Hello.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A peer that takes less than 16 KiB of what waits for it within this time is closed with SlowConsumer
    /// (where the system does not tell: less than one send of 256 KiB at most). One that began a packet has this long,
    /// and a second for each 64 KiB that have come, to send it whole.</summary>
    public TimeSpan SlowPeerTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a link waits unread for memory before its packet is answered with Overloaded.</summary>
    public TimeSpan MemoryWaitTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Most requests of one peer that may be unanswered; the link is not read beyond it. Announced in
    /// Hello.</summary>
    public int RequestsInFlightMax { get; init; } = 1024;

    /// <summary>Capacity of the ring for small packets that wait to be sent, in bytes; a power of two, 16 KiB to 16
    /// MiB. The ring's memory is taken only while something waits. With more than 1,024
    /// <see cref="RequestsInFlightMax"/> it is raised to 64 bytes for each, so that every reply finds a
    /// place.</summary>
    public int SendRingBytes { get; init; } = 64 << 10;

    /// <summary>Bytes of waiting large packets above which senders are paused. They resume at half of it.</summary>
    public long SendQueueHighBytes { get; init; } = 1 << 20;

    /// <summary>Hard limit of bytes that wait to be sent to one peer; beyond it the peer is closed with
    /// SlowConsumer.</summary>
    public long SendQueueLimitBytes { get; init; } = 32 << 20;

    /// <summary>Codecs that this side can decompress, announced in Hello.</summary>
    public CodecSet Codecs { get; init; } = CodecSet.Lz4 | CodecSet.Zstd;

    /// <summary>How payloads made on this side are compressed, if the peer can read it.</summary>
    public CompressionOptions Compression { get; init; } = CompressionOptions.None;

    /// <summary>Software name announced in Hello; at most 255 bytes of UTF-8.</summary>
    public string Software { get; init; } = "NetworkProtocol.Fast";

    /// <summary>Checks every value.</summary>
    /// <returns>This record.</returns>
    /// <exception cref="ArgumentException">A value is out of range; the message says which and what is
    /// allowed.</exception>
    public LinkOptions Validate()
    {
        Check(PayloadBytesMax is >= 1 << 10 and <= 16 << 20, nameof(PayloadBytesMax), "1 KiB to 16 MiB");
        Check(HeartbeatInterval >= TimeSpan.FromMilliseconds(100) && HeartbeatInterval < TimeSpan.FromDays(1),
            nameof(HeartbeatInterval), "100 ms to a day");
        Check(HandshakeTimeout > TimeSpan.Zero, nameof(HandshakeTimeout), "more than 0");
        Check(SlowPeerTimeout > TimeSpan.Zero, nameof(SlowPeerTimeout), "more than 0");
        Check(MemoryWaitTimeout >= TimeSpan.Zero, nameof(MemoryWaitTimeout), "0 or more");
        Check(RequestsInFlightMax is >= 1 and <= 1 << 20, nameof(RequestsInFlightMax), "1 to 1048576");
        Check(SendRingBytes is >= 16 << 10 and <= 16 << 20 && int.IsPow2(SendRingBytes), nameof(SendRingBytes),
            "a power of two from 16 KiB to 16 MiB");
        Check(SendQueueHighBytes >= 64 << 10, nameof(SendQueueHighBytes), "64 KiB or more");
        Check(SendQueueLimitBytes >= SendQueueHighBytes, nameof(SendQueueLimitBytes), "at least SendQueueHighBytes");
        return this;
    }

    private static void Check(bool holds, string name, string allowed)
    {
        if (!holds)
        {
            throw new ArgumentException($"{name} is out of range: allowed is {allowed}", name);
        }
    }
}
