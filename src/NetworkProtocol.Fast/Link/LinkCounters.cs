using System.Threading;
using NetworkProtocol.Fast.Diagnostics;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Link;

/// <summary>
/// Counts of rare events, for all links of a runtime. Any thread adds and reads. Nothing here is touched
/// for a packet on the normal path.
/// </summary>
internal sealed class LinkCounters
{
    private long pauses;
    private long slowConsumers;
    private long lateReplies;
    private long droppedReplies;
    private long memoryWaits;

    // By codec.
    private readonly (long Input, long Output)[] compressed = new (long, long)[(int)PayloadCodec.Zstd + 1];

    /// <summary>Times a link stopped reading because a destination was full.</summary>
    internal long Pauses => Volatile.Read(ref pauses);

    /// <summary>Links closed because they did not read.</summary>
    internal long SlowConsumers => Volatile.Read(ref slowConsumers);

    /// <summary>Replies that no request waited for any more.</summary>
    internal long LateReplies => Volatile.Read(ref lateReplies);

    /// <summary>Replies whose client had gone.</summary>
    internal long DroppedReplies => Volatile.Read(ref droppedReplies);

    /// <summary>Packets that want no reply and were dropped, by the Error that a request would have got.</summary>
    internal OutcomeCounts Dropped { get; } = new();

    /// <summary>Times a link waited unread because the memory limit was reached.</summary>
    internal long MemoryWaits => Volatile.Read(ref memoryWaits);

    /// <summary>Bytes of payloads compressed with a codec, before and after.</summary>
    internal (long Input, long Output) CompressedBy(PayloadCodec codec) => (
        Volatile.Read(ref compressed[(int)codec].Input), Volatile.Read(ref compressed[(int)codec].Output));

    internal void AddCompressed(PayloadCodec codec, int input, int output)
    {
        Interlocked.Add(ref compressed[(int)codec].Input, input);
        Interlocked.Add(ref compressed[(int)codec].Output, output);
    }

    internal void AddPause() => Interlocked.Increment(ref pauses);

    internal void AddSlowConsumer() => Interlocked.Increment(ref slowConsumers);

    internal void AddLateReply() => Interlocked.Increment(ref lateReplies);

    internal void AddDroppedReply() => Interlocked.Increment(ref droppedReplies);

    internal void AddMemoryWait() => Interlocked.Increment(ref memoryWaits);
}
