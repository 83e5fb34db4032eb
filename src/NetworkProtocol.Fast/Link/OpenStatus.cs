namespace NetworkProtocol.Fast.Link;

/// <summary>What became of opening the next record of a secure session.</summary>
internal enum OpenStatus
{
    /// <summary>The receive window has more bytes.</summary>
    Opened,

    /// <summary>The record has not come whole.</summary>
    Incomplete,

    /// <summary>The receive window cannot grow now.</summary>
    NoMemory,

    /// <summary>The record was changed, replayed or reordered, one before it is missing, or it is none. Nothing of it
    /// is used.</summary>
    Broken,
}
