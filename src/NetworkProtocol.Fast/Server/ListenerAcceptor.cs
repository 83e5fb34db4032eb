using System;
using System.Net.Sockets;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Server;

/// <summary>Takes what one listener accepts into the server, under that listener's policy.</summary>
internal sealed class ListenerAcceptor(
    PacketServer server, ServerListener listener, SecureServer? security, TlsAcceptor? tls)
    : ITransportAcceptor
{
    private readonly LocalAccess access = listener.Local ?? new LocalAccess();

    internal ServerListener Listener => listener;

    /// <summary>What its connections carry.</summary>
    internal LinkTotals Totals { get; } = new(listener.Endpoint.ToString());

    /// <summary>What opens the sessions here; null for plain ones.</summary>
    internal SecureServer? Security => security;

    public void OnAccepted(TransportConnection connection)
    {
        Endpoint endpoint = listener.Endpoint;
        if (endpoint.Scheme == EndpointScheme.Unix && !access.Allows(endpoint, connection.Credentials))
        {
            server.Refuse(connection, this);
            return;
        }

        if (tls is null)
        {
            server.Accept(connection, this);
        }
        else if (tls.TryWrap(connection) is { } secured)
        {
            server.Accept(secured, this);
        }
        else
        {
            // Its limits count it, and the watch of handshakes tells.
            connection.Close();
        }
    }

    /// <summary>Logs whom a TLS listener shows itself as: what clients pin, and until when.</summary>
    internal void TellCertificates()
    {
        if (tls is not null)
        {
            ServerLog.CertificatesInForce(server.Logger, listener.Endpoint, tls.Certificates.Describe());
        }
    }

    public void OnAcceptPressure(SocketError error, TimeSpan backOff) =>
        ServerLog.AcceptPressure(server.Logger, error, (long)backOff.TotalMilliseconds);
}
