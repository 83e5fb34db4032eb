using System;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>One endpoint that a server listens on, and the policy of the sessions there.</summary>
/// <param name="Endpoint">Where to listen; port 0 takes any free one.</param>
public sealed record ServerListener(Endpoint Endpoint)
{
    /// <summary>How connections are protected: secure on tcp unless plain is written out.</summary>
    public SessionKind Session { get; init; }

    /// <summary>Key and limits of secure sessions; needed where there are any. Listeners with the same record share
    /// its limits; those with the same key share one memory of handshakes.</summary>
    public SecureServerOptions? Secure { get; init; }

    /// <summary>Certificates and trust of a tls:// endpoint, which needs them.</summary>
    public TlsServerOptions? Tls { get; init; }

    /// <summary>Who may connect to a Unix socket; null takes the defaults: the file is its owner's alone, and an
    /// abstract name this user's.</summary>
    public LocalAccess? Local { get; init; }

    /// <summary>The socket to accept from; null to open one.</summary>
    internal InheritedSocket? Inherited { get; init; }

    /// <summary>Whether the sessions here are sealed by the protocol itself.</summary>
    public bool IsSecure => Session.For(Endpoint.Scheme) == SessionKind.Secure;

    /// <summary>Checks every value.</summary>
    /// <returns>This record.</returns>
    /// <exception cref="ArgumentException">A value is out of range or missing; the message says which and what
    /// is allowed.</exception>
    public ServerListener Validate()
    {
        ArgumentNullException.ThrowIfNull(Endpoint);
        Secure?.Validate();
        Tls?.Validate();
        if (Endpoint.Scheme == EndpointScheme.Tls != Tls is not null)
        {
            throw new ArgumentException(Tls is null
                ? $"{Endpoint} needs a certificate, so set Tls"
                : $"Tls is set, but {Endpoint} is no tls:// endpoint", nameof(Tls));
        }

        Local?.Validate(Endpoint);
        Session.Require(Endpoint, Secure is not null, nameof(Secure));
        return this;
    }
}
