namespace NetworkProtocol.Fast.Configuration;

/// <summary>Who may reach the admin listener.</summary>
internal enum AdminAccess
{
    /// <summary>Processes of this machine.</summary>
    Local = 0,

    /// <summary>Other machines as well.</summary>
    Remote,
}
