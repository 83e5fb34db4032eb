using System;
using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Transport;

/// <summary>Accepts connections on one endpoint until it is stopped.</summary>
internal abstract class TransportListener : IAsyncDisposable
{
    /// <summary>What it listens on, with the real port where port 0 was asked for.</summary>
    internal abstract Endpoint BoundEndpoint { get; }

    /// <summary>Binds, listens and starts to accept.</summary>
    /// <exception cref="TransportException">The endpoint cannot be listened on; the message says why.</exception>
    internal static TransportListener Start(
        Endpoint endpoint, ListenerOptions options, ITransportAcceptor acceptor) =>
        endpoint.Scheme == EndpointScheme.Pipe
            ? PipeListener.Open(endpoint, acceptor)
            : SocketListener.Open(endpoint, options, acceptor);

    /// <summary>
    /// Stops accepting at once and frees the port, path or name. Connections already accepted are untouched; one accept
    /// that is being reported may still end after this returns. Idempotent, never throws, any thread.
    /// </summary>
    internal abstract void Stop();

    /// <summary>
    /// Stops, and completes when the acceptor will not be called any more; so the acceptor must not await it.
    /// </summary>
    public abstract ValueTask DisposeAsync();
}
