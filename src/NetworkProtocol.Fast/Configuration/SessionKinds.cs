using System;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>Which session an endpoint gets.</summary>
internal static class SessionKinds
{
    /// <summary>Plain or Secure.</summary>
    internal static SessionKind For(this SessionKind kind, EndpointScheme scheme) => kind switch
    {
        SessionKind.Default => scheme == EndpointScheme.Tcp ? SessionKind.Secure : SessionKind.Plain,
        _ => kind,
    };

    /// <exception cref="ArgumentException">The endpoint gets a secure session, and it is not said how.</exception>
    internal static void Require(this SessionKind kind, Endpoint endpoint, bool isSecured, string parameter)
    {
        if (kind.For(endpoint.Scheme) == SessionKind.Secure && !isSecured)
        {
            throw new ArgumentException(
                $"{endpoint} takes secure sessions, so set Secure; or set Session to Plain, "
                + "and whoever is on the way can read and change everything", parameter);
        }
    }
}
