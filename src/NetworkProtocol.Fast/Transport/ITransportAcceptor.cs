using System;
using System.Net.Sockets;

namespace NetworkProtocol.Fast.Transport;

/// <summary>
/// Takes what a <see cref="TransportListener"/> accepts. Called on an I/O thread, one call at a time, so it must
/// neither block nor throw.
/// </summary>
internal interface ITransportAcceptor
{
    /// <summary>The connection is the acceptor's to bind and to close.</summary>
    void OnAccepted(TransportConnection connection);

    /// <summary>Accepting failed; the listener tries again by itself after <paramref name="backOff"/>.</summary>
    void OnAcceptPressure(SocketError error, TimeSpan backOff);
}
