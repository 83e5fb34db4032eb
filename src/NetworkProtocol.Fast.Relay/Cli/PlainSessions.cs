using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>Where a session without protection is taken: on this machine, or wherever it was asked for.</summary>
internal static class PlainSessions
{
    /// <exception cref="UsageException">The endpoint needs <c>--session plain</c>, which was not given.</exception>
    internal static void Require(Endpoint endpoint, SessionPolicy policy)
    {
        if (policy != SessionPolicy.Plain && !endpoint.IsLoopback)
        {
            throw new UsageException(
                $"a plain session with {endpoint} can be read and changed on the way; "
                + "add --session plain to accept that");
        }
    }
}
