namespace NetworkProtocol.Fast.Session;

/// <summary>What became of a record. All but <see cref="Done"/> are final for the direction.</summary>
internal enum RecordStatus
{
    /// <summary>Sealed or opened.</summary>
    Done,

    /// <summary>The body is shorter than any record's or longer.</summary>
    WrongLength,

    /// <summary>The tag does not match: the record was changed, replayed, reordered, or one before it is
    /// missing.</summary>
    Forged,

    /// <summary>The direction has counted to its end, 2^64 - 1 records.</summary>
    Exhausted,

    /// <summary>An earlier failure or a dispose has ended the direction.</summary>
    Ended,
}
