namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>How the bytes of a connection are protected.</summary>
internal enum SessionPolicy
{
    /// <summary>Not said: plain is used where bytes cannot leave the machine, and refused elsewhere.</summary>
    Unspecified = 0,

    /// <summary>Not at all; asked for by name.</summary>
    Plain,
}
