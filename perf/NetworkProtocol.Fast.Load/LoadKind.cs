namespace NetworkProtocol.Fast.Loading;

/// <summary>What a client speaks.</summary>
internal enum LoadKind
{
    /// <summary>Bytes over TCP.</summary>
    Raw,

    /// <summary>Packets in plain sessions.</summary>
    Plain,

    /// <summary>Packets in secure sessions.</summary>
    Secure,

    /// <summary>Bytes over TLS 1.3.</summary>
    Tls,
}
