namespace NetworkProtocol.Fast.Link;

/// <summary>Which side of the opening a link plays.</summary>
internal enum LinkRole
{
    /// <summary>Accepted the connection: waits for the opening and answers it.</summary>
    Accepting,

    /// <summary>Made the connection: opens the session at once.</summary>
    Initiating,
}
