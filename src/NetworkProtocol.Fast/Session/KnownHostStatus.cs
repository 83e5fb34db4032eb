namespace NetworkProtocol.Fast.Session;

/// <summary>What a known-hosts file says about a server's key.</summary>
public enum KnownHostStatus
{
    /// <summary>The server is not in the file.</summary>
    Unknown,

    /// <summary>The server is in the file with this key.</summary>
    Match,

    /// <summary>The server is in the file, but with other keys only.</summary>
    Changed,
}
