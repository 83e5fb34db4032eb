namespace NetworkProtocol.Fast.Session;

/// <summary>What a client makes of the key that a server has proved to have.</summary>
internal enum ServerVerdictKind
{
    /// <summary>Do not speak to this server.</summary>
    Refused,

    /// <summary>It is the server that was meant.</summary>
    Trusted,

    /// <summary>It was met for the first time, and is known from now on.</summary>
    TrustedFirstUse,

    /// <summary>Nobody knows; the user said that anyone will do.</summary>
    Unverified,
}
