namespace NetworkProtocol.Fast.Link;

/// <summary>What became of a packet that was to be queued for a peer.</summary>
internal enum EnqueueStatus
{
    /// <summary>It is queued; flush the link when the batch is done.</summary>
    Done,

    /// <summary>The hard limit of the link's queue is reached.</summary>
    Full,

    /// <summary>The memory limit of the process is reached.</summary>
    NoMemory,

    /// <summary>The link is closing; nothing is sent any more.</summary>
    Closed,

    /// <summary>The payload is larger than the peer accepts.</summary>
    TooLarge,
}
