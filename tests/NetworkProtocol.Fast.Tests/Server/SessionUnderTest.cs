namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>What secures a connection, or does not, as the suites go through it.</summary>
internal enum SessionUnderTest
{
    Plain,
    Secure,
    Tls,
}
