namespace NetworkProtocol.Fast.Session;

/// <summary>Whether a server is trusted, and what to say about it.</summary>
/// <param name="Kind">The decision; the default value refuses.</param>
/// <param name="Text">Why it is refused and what to do, or what was recorded; empty when there is nothing to
/// say.</param>
internal readonly record struct ServerVerdict(ServerVerdictKind Kind, string Text)
{
    internal bool IsAccepted => Kind != ServerVerdictKind.Refused;
}
