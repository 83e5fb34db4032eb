using NetworkProtocol.Fast.Diagnostics;

namespace NetworkProtocol.Fast.Link;

/// <summary>What the batch counts for the routes' meters; settled when it ends.</summary>
internal sealed partial class FlushBatch
{
    private readonly RouteTally tally = new();

    /// <summary>A reply came back for a request that was forwarded when the batch of its packet was begun.</summary>
    internal void CountReply(RouteMeter route, uint requestedAt) =>
        tally.AddReply(route, CorrelationTime.ElapsedSince(requestedAt, Timestamp));

    /// <summary>A request was answered at once; its reply leaves with the batch.</summary>
    internal void CountAnswered(RouteMeter route) => tally.AddAnswered(route, Timestamp);

    /// <summary>A packet that wants no reply was taken.</summary>
    internal void CountOneWay(RouteMeter route) => tally.AddOneWay(route);
}
