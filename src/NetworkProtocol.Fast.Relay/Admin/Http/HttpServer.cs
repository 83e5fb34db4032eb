using System;
using System.Collections.Generic;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Admin.Http;

/// <summary>
/// A small HTTP/1.1 server over the transports that the relay has anyway. Kestrel would do more, and would double the
/// executable. Thread-safe.
/// </summary>
internal sealed class HttpServer : ITransportAcceptor, IAsyncDisposable
{
    private readonly HttpLimits limits;
    private readonly Func<HttpRequest, TransportConnection, ValueTask<HttpResponse>> handle;
    private readonly Lock gate = new();
    private readonly HashSet<TransportConnection> open = [];
    private TransportListener? listener;
    private bool stopped;
    private long refused;

    internal HttpServer(
        HttpLimits limits, Func<HttpRequest, TransportConnection, ValueTask<HttpResponse>> handle)
    {
        this.limits = limits;
        this.handle = handle;
    }

    /// <summary>Connections closed because there were too many.</summary>
    internal long Refused => Volatile.Read(ref refused);

    /// <summary>Listens.</summary>
    /// <param name="endpoint">Where.</param>
    /// <param name="inherited">A socket that listens there already; null to open one.</param>
    /// <returns>Where, with the real port.</returns>
    /// <exception cref="TransportException">The endpoint cannot be listened on; the message says why.</exception>
    internal Endpoint Start(Endpoint endpoint, InheritedSocket? inherited = null)
    {
        listener = TransportListener.Start(
            endpoint, new ListenerOptions { Backlog = 64, Inherited = inherited }, this);
        return listener.BoundEndpoint;
    }

    public void OnAccepted(TransportConnection connection)
    {
        lock (gate)
        {
            if (stopped || open.Count >= limits.ConnectionsMax)
            {
                Interlocked.Increment(ref refused);
                connection.Close();
                return;
            }

            open.Add(connection);
        }

        _ = Task.Run(() => ServeAsync(connection));
    }

    public void OnAcceptPressure(SocketError error, TimeSpan backOff)
    {
        // The packet listeners meet the same pressure and log it.
    }

    /// <summary>Stops listening and cuts the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        TransportConnection[] left;
        lock (gate)
        {
            stopped = true;
            left = [.. open];
        }

        if (listener is not null)
        {
            await listener.DisposeAsync().ConfigureAwait(false);
        }

        foreach (TransportConnection connection in left)
        {
            connection.Close();
        }
    }

    private async Task ServeAsync(TransportConnection connection)
    {
        try
        {
            var serving = new HttpConnection(connection, limits, request => handle(request, connection));
            await serving.RunAsync().ConfigureAwait(false);
        }
        finally
        {
            lock (gate)
            {
                open.Remove(connection);
            }
        }
    }
}
