namespace NetworkProtocol.Fast.Memory;

/// <summary>Outcome of a claim on a ring.</summary>
internal enum RingStatus
{
    /// <summary>The space is claimed; commit or abandon it.</summary>
    Done,

    /// <summary>No room now; there will be when the consumer has released entries.</summary>
    Full,

    /// <summary>An entry of this size never fits.</summary>
    TooLarge,

    /// <summary>The ring takes no more entries.</summary>
    Closed,

    /// <summary>The ring has no memory and the pool refused some.</summary>
    NoMemory,
}
