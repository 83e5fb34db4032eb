using System;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Transport;

/// <summary>
/// What the TLS connections of a client or an upstream share: trust, its own certificate, and by them the sessions that
/// can be resumed. Thread-safe; files that have changed are read again when a connection is made.
/// </summary>
internal sealed class TlsConnector
{
    // A client's handshakes are its own doing, so nothing bounds them but their workers' places.
    private const int HandshakesMax = 1 << 16;

    private static readonly HandshakeWorkers Workers = new(HandshakesMax);

    private readonly TlsClientOptions options;
    private readonly Action<string>? unusable;
    private ClientCertificates current;
    private string? reported;

    /// <param name="options">Trust and files.</param>
    /// <param name="unusable">Told once why files that have changed cannot be used; those of before stay in force. Any
    /// thread.</param>
    /// <exception cref="KeyFileException">A file cannot be used; the message says which and why.</exception>
    internal TlsConnector(TlsClientOptions options, Action<string>? unusable = null)
    {
        this.options = options.Validate();
        this.unusable = unusable;
        current = ClientCertificates.Read(options);
    }

    /// <summary>What connections to the endpoint need; null where it does not speak TLS.</summary>
    /// <exception cref="KeyFileException">A file cannot be used.</exception>
    internal static TlsConnector? For(
        Endpoint endpoint, TlsClientOptions? options, Action<string>? unusable = null) =>
        endpoint.Scheme == EndpointScheme.Tls
            ? new TlsConnector(options ?? new TlsClientOptions(), unusable)
            : null;

    /// <summary>Puts TLS over a connection that was made.</summary>
    internal TlsConnection Wrap(TransportConnection connection, Endpoint endpoint)
    {
        ClientCertificates certificates = Volatile.Read(ref current);
        if (certificates.HasChanged)
        {
            certificates = Reload(certificates);
        }

        return new TlsConnection(
            connection, new Side(certificates, options.ServerName ?? endpoint.Host, options.ResumesSessions));
    }

    // A file that is no good now leaves what was read before in force; a server that wants the new one says so.
    private ClientCertificates Reload(ClientCertificates before)
    {
        try
        {
            ClientCertificates read = ClientCertificates.Read(options);
            Volatile.Write(ref current, read);
            Volatile.Write(ref reported, null);
            return read;
        }
        catch (KeyFileException e)
        {
            // Each attempt to connect reads them again.
            if (Interlocked.Exchange(ref reported, e.Message) != e.Message)
            {
                unusable?.Invoke(e.Message);
            }

            return before;
        }
    }

    private sealed class Side(ClientCertificates certificates, string serverName, bool resumes) : TlsSide
    {
        internal override bool IsServer => false;

        internal override HandshakeWorkers Workers => TlsConnector.Workers;

        internal override Task AuthenticateAsync(TlsStream stream) => stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = serverName,
                EnabledSslProtocols = TlsAcceptor.Protocols,
                ApplicationProtocols = [TlsConnection.Protocol],
                ClientCertificateContext = certificates.Own,
                CertificateChainPolicy = certificates.ServerPolicy,
                RemoteCertificateValidationCallback = TlsStream.Verify,
                AllowRenegotiation = false,
                AllowTlsResume = resumes,
            },
            CancellationToken.None);

        internal override CertificateVerdict Verify(
            X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors) =>
            certificates.Verify(certificate, chain, errors, serverName);

        internal override void Ended()
        {
        }
    }
}
