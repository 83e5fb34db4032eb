using System.Diagnostics;
using NetworkProtocol.Fast.Diagnostics;

namespace NetworkProtocol.Fast.Link;

/// <summary>What the batch counts for the routes' meters; settled when it ends.</summary>
internal sealed partial class FlushBatch
{
    private readonly RouteTally tally = new();

    // Requests of one route that were answered in this batch; timed when it ends, because their replies leave then.
    private RouteMeter? answering;
    private long answeringSince;
    private int answered;

    /// <summary>A reply came back for a request that was forwarded when the batch of its packet was begun.</summary>
    internal void CountReply(RouteMeter route, uint requestedAt) =>
        tally.AddReply(route, CorrelationTime.ElapsedSince(requestedAt, Timestamp));

    /// <summary>A request was answered at once; its reply leaves with the batch.</summary>
    internal void CountAnswered(RouteMeter route)
    {
        if (!ReferenceEquals(answering, route))
        {
            SettleAnswered();
            answering = route;
            answeringSince = Timestamp;
        }

        answered++;
    }

    /// <summary>A packet that wants no reply was taken.</summary>
    internal void CountOneWay(RouteMeter route) => tally.AddOneWay(route);

    private void Settle()
    {
        SettleAnswered();
        if (!tally.IsEmpty)
        {
            tally.Settle();
        }
    }

    private void SettleAnswered()
    {
        if (answering is { } route)
        {
            route.RecordReplies(answered, Stopwatch.GetTimestamp() - answeringSince);
            answering = null;
            answered = 0;
        }
    }
}
