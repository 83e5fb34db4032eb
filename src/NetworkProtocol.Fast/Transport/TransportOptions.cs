using System;

namespace NetworkProtocol.Fast.Transport;

/// <summary>Settings of a connection, for both ends.</summary>
internal sealed record TransportOptions
{
    internal static TransportOptions Default { get; } = new();

    /// <summary>TCP: do not hold back small segments; batching is the link's task.</summary>
    internal bool NoDelay { get; init; } = true;

    /// <summary>TCP: idle time before the kernel probes the peer; zero turns keepalive off. Whole seconds.</summary>
    internal TimeSpan KeepAliveTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>TCP: time between two probes. Whole seconds.</summary>
    internal TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>TCP: unanswered probes until the peer counts as gone; 60 s + 3 * 10 s is 90 s by default.</summary>
    internal int KeepAliveRetryCount { get; init; } = 3;

    /// <summary>Kernel's send buffer in bytes; 0 leaves it to the kernel, which tunes it by itself.</summary>
    internal int SendBufferBytes { get; init; }

    /// <summary>Kernel's receive buffer in bytes; 0 leaves it to the kernel, which tunes it by itself.</summary>
    internal int ReceiveBufferBytes { get; init; }

    /// <summary>How connections to tls:// endpoints are secured; null where there are none.</summary>
    internal TlsConnector? Tls { get; init; }

    /// <summary>Whether connections run on event loops; else over the runtime's operations.</summary>
    internal bool OnLoop { get; init; } = EventLoop.IsUsed;

    /// <summary>Bound for resolving and connecting together, all addresses included.</summary>
    internal TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
