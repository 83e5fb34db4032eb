using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Transport;

/// <summary>
/// What the TLS connections of a listener share: certificates in force, limits of handshakes, threads for their
/// arithmetic. Thread-safe; a reload takes effect with the next handshake.
/// </summary>
internal sealed class TlsAcceptor
{
    internal const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    private readonly HandshakeWorkers workers;
    private State current;

    /// <exception cref="KeyFileException">A file cannot be used; the message says which and why.</exception>
    internal TlsAcceptor(TlsServerOptions options)
    {
        Options = options.Validate();
        Limits = new HandshakeLimits(options.Limits);
        workers = new HandshakeWorkers(options.Limits.UnderWayMax);
        current = new State(ServerCertificates.Read(options));
    }

    internal TlsServerOptions Options { get; }

    internal HandshakeLimits Limits { get; }

    /// <summary>The certificates in force.</summary>
    internal ServerCertificates Certificates => Volatile.Read(ref current).Certificates;

    /// <summary>Reads all files again.</summary>
    /// <exception cref="KeyFileException">One cannot be used; everything stays as it was.</exception>
    internal void Reload() => Prepare()();

    /// <summary>Reads all files again, but leaves it to the caller when what they hold takes effect.</summary>
    /// <returns>Puts it into force; cannot fail.</returns>
    /// <exception cref="KeyFileException">One cannot be used; everything stays as it was.</exception>
    internal Action Prepare()
    {
        var next = new State(ServerCertificates.Read(Options));
        return () => Volatile.Write(ref current, next);
    }

    /// <summary>Puts TLS over an accepted connection; null when too many handshakes are under way.</summary>
    internal TlsConnection? TryWrap(TransportConnection connection)
    {
        AddressGroup? address = connection.RemoteAddress is { } known ? AddressGroup.Of(known) : null;
        return Limits.TryEnter(address, out HandshakeTicket ticket)
            ? new TlsConnection(connection, new Side(this, Volatile.Read(ref current), ticket))
            : null;
    }

    /// <summary>Certificates, and the options of handshakes that go with each; made once, because sessions can be
    /// resumed only under the same ones.</summary>
    private sealed class State
    {
        private readonly Dictionary<ServerCertificate, SslServerAuthenticationOptions> options;

        internal State(ServerCertificates certificates)
        {
            Certificates = certificates;
            options = certificates.Certificates.ToDictionary(static c => c, c => new SslServerAuthenticationOptions
            {
                ServerCertificateContext = c.Context,
                EnabledSslProtocols = Protocols,
                ApplicationProtocols = [TlsConnection.Protocol],
                ClientCertificateRequired = certificates.AsksForCertificates,
                CertificateChainPolicy = certificates.ClientPolicy,
                RemoteCertificateValidationCallback = TlsStream.Verify,
                AllowRenegotiation = false,
            });
        }

        internal ServerCertificates Certificates { get; }

        internal ValueTask<SslServerAuthenticationOptions> ForAsync(string host) =>
            new(options[Certificates.For(host)]);
    }

    private sealed class Side(TlsAcceptor server, State state, HandshakeTicket place) : TlsSide
    {
        private HandshakeTicket ticket = place;

        internal override bool IsServer => true;

        internal override HandshakeWorkers Workers => server.workers;

        internal override Task AuthenticateAsync(TlsStream stream) => stream.AuthenticateAsServerAsync(
            static (_, hello, state, _) => ((State)state!).ForAsync(hello.ServerName), state, CancellationToken.None);

        internal override CertificateVerdict Verify(
            X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors) =>
            state.Certificates.Verify(certificate, chain, errors);

        internal override void Ended() => server.Limits.Leave(ref ticket);
    }
}
