using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Tests.Shared;

/// <summary>For tests over tcp that are not about how sessions are protected.</summary>
internal static class Plain
{
    /// <summary>A plain listener.</summary>
    internal static ServerListener On(Endpoint endpoint) => new(endpoint) { Session = SessionKind.Plain };

    /// <summary>A plain listener on any port of this machine.</summary>
    internal static ServerListener Loopback => On(Endpoint.Parse("tcp://127.0.0.1:0"));

    internal static ClientOptions Client { get; } = new() { Session = SessionKind.Plain };
}
