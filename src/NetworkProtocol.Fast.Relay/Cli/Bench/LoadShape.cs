namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>How much is under way at a time.</summary>
/// <param name="Connections">Connections that carry load.</param>
/// <param name="InFlight">Messages under way on each: every one that comes back sends the next.</param>
internal readonly record struct LoadShape(int Connections, int InFlight)
{
    /// <summary>One message at a time: the latency that a caller sees.</summary>
    internal static LoadShape PingPong => new(1, 1);

    /// <summary>Connections opened and closed, a few at a time.</summary>
    internal static LoadShape Visits => new(4, 1);

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Connections} connection{(Connections == 1 ? "" : "s")} x {InFlight} in flight";
}
