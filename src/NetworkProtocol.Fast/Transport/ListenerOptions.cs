namespace NetworkProtocol.Fast.Transport;

/// <summary>Settings of a listener and of the connections it accepts.</summary>
internal sealed record ListenerOptions
{
    internal static ListenerOptions Default { get; } = new();

    /// <summary>Connections the kernel queues until they are accepted; it caps this at net.core.somaxconn.</summary>
    internal int Backlog { get; init; } = 1024;

    /// <summary>Who may connect to a Unix socket. The listener makes the file accordingly; whoever accepts looks at
    /// the peers.</summary>
    internal LocalAccess Local { get; init; } = new();

    /// <summary>The socket to accept from, with its backlog and its file as they are; null to open one.</summary>
    internal InheritedSocket? Inherited { get; init; }

    /// <summary>Settings of accepted connections.</summary>
    internal TransportOptions Connection { get; init; } = TransportOptions.Default;
}
