using System;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Dispatch;

/// <summary>Answers requests: one place decides what happens when an answer does not fit.</summary>
internal static class Replies
{
    /// <summary>Queues a reply; a peer whose queue is full is closed, a reply that there is no memory for, or
    /// that the peer would not accept, becomes an Error.</summary>
    internal static void Send(
        PeerLink link, in PacketHeader request, ReadOnlySpan<byte> route, ReadOnlySpan<byte> payload,
        FlushBatch? flush = null)
    {
        EnqueueStatus status = link.TrySendPayload(request.ToReply(), default, payload, route, flush);
        switch (status)
        {
            case EnqueueStatus.Full or EnqueueStatus.NoMemory:
                link.EndUnanswered(request.Correlation, status);
                break;
            case EnqueueStatus.TooLarge:
                Fail(link, request.Correlation, ErrorCode.TooLarge, "the reply is larger than the peer accepts");
                break;
        }
    }

    /// <summary>Queues an Error that answers a request.</summary>
    internal static void Fail(PeerLink link, uint correlation, ErrorCode code, string text)
    {
        link.EndUnanswered(correlation, link.TrySendErrorReply(correlation, code, text));
    }

    /// <summary>Answers a request with an Error, and notes the link for the flush. What wants no answer is dropped and
    /// counted by what the Error would have said.</summary>
    internal static void Refuse(
        PeerLink link, in PacketHeader request, FlushBatch flush, ErrorCode code, string text)
    {
        if (request.WantsReply)
        {
            Fail(link, request.Correlation, code, text);
            flush.Add(link);
        }
        else
        {
            link.Runtime.Counters.Dropped.Add(code);
        }
    }
}
