using NetworkProtocol.Fast.Configuration;

namespace NetworkProtocol.Fast.Tests.Shared;

/// <summary>For tests over tcp that are not about how sessions are protected.</summary>
internal static class Plain
{
    internal static ClientOptions Client { get; } = new() { Session = SessionKind.Plain };
}
