namespace NetworkProtocol.Fast.Transport;

/// <summary>Settings of a listener and of the connections it accepts.</summary>
internal sealed record ListenerOptions
{
    internal static ListenerOptions Default { get; } = new();

    /// <summary>Connections the kernel queues until they are accepted; it caps this at net.core.somaxconn.</summary>
    internal int Backlog { get; init; } = 1024;

    /// <summary>Settings of accepted connections.</summary>
    internal TransportOptions Connection { get; init; } = TransportOptions.Default;
}
