namespace NetworkProtocol.Fast.Tests.Transport;

/// <summary>Everything that carries bytes, as the suites go through it.</summary>
internal enum TransportKind
{
    Tcp,
    Unix,
    Abstract,
    Pipe,
    InMemory,
}
