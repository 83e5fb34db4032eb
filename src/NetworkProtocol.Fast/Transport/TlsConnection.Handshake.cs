using System;
using System.Threading;
using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Transport;

/// <summary>The handshake, and what begins with its end.</summary>
internal sealed partial class TlsConnection
{
    private async Task ShakeHandsAsync()
    {
        try
        {
            await side.AuthenticateAsync(stream).ConfigureAwait(false);
            if (stream.NegotiatedApplicationProtocol != Protocol)
            {
                Fail(TransportStatus.HandshakeFailed, side.IsServer
                    ? "the client names no protocol in TLS; npf/1 is spoken here (ALPN)"
                    : "the server speaks TLS but did not choose the protocol npf/1 (ALPN); check that it is npfast");
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The platform's cryptography, a certificate of the peer, a broken connection: it ends this handshake and
            // must not end the process.
            Explain(e);
        }

        wire.EndHandshake();
        side.Ended();
        int state = gate.Leave(ConnectionGate.Receiving | ConnectionGate.Sending)
            & ~(ConnectionGate.Receiving | ConnectionGate.Sending);
        LeaveSending(state);

        // The send first: nothing that was received may be answered before what was to be said first.
        if (Interlocked.Exchange(ref sending, Ready) == Waiting && StartSend(sendBuffer, out TransportResult sent))
        {
            sink!.OnSent(sent);
        }

        if (Interlocked.Exchange(ref receiving, Ready) == Waiting
            && StartReceive(receiveBuffer, out TransportResult received))
        {
            sink!.OnReceived(received);
        }
    }

    private void Explain(Exception e)
    {
        if (gate.IsClosed)
        {
            failure = TransportResult.Aborted;
        }
        else if (verdict.Refusal is { } refusal)
        {
            Fail(TransportStatus.Untrusted, refusal);
        }
        else if (wire.IsOverloaded)
        {
            Fail(TransportStatus.HandshakeFailed, "too many handshakes wait for a thread");
        }
        else if (wire.ForeignOpening is { } opening)
        {
            Fail(TransportStatus.HandshakeFailed, $"expected a TLS handshake, got {opening}");
        }
        else if (wire.HasEnded)
        {
            Fail(TransportStatus.HandshakeFailed, side.IsServer
                ? "the client ended the TLS handshake: it may not trust the certificate that it was shown"
                : "the server ended the TLS handshake; check that it is npfast with a tls:// listener, its log may "
                + "say more");
        }
        else
        {
            Fail(TransportStatus.HandshakeFailed, TlsFault.Of(e, side.IsServer));
        }
    }

    private void Fail(TransportStatus status, string text)
    {
        fault = text;
        failure = new TransportResult(status, 0, System.Net.Sockets.SocketError.ConnectionAborted);
    }
}
