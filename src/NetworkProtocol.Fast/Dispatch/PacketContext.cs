using System;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Dispatch;

/// <summary>One received packet and the way to answer it. Valid during the handler's call only.</summary>
public ref struct PacketContext
{
    private readonly PeerLink link;
    private readonly PacketHeader header;
    private readonly FlushBatch flush;

    internal PacketContext(PeerLink link, in PacketHeader header, ReadOnlySpan<byte> name, ReadOnlySpan<byte> payload,
        FlushBatch flush)
    {
        this.flush = flush;
        this.link = link;
        this.header = header;
        Name = name;
        Payload = payload;
    }

    /// <summary>The packet's name in UTF-8; empty for types that have none.</summary>
    public ReadOnlySpan<byte> Name { get; }

    /// <summary>The payload, decompressed. A view into the receive window.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>The packet's type; a number from 256 up is the application's own.</summary>
    public readonly PacketType Type => header.Type;

    /// <summary>Whether the sender wants no reply; <see cref="Reply"/> and <see cref="Fail"/> then do
    /// nothing.</summary>
    public readonly bool IsOneWay => !header.WantsReply;

    /// <summary>Who sent the packet.</summary>
    public readonly Peer Peer => new(link);

    /// <summary>Whether the request was answered.</summary>
    public bool IsAnswered { get; private set; }

    /// <summary>The code of the Error that it was answered with; None for a reply.</summary>
    internal ErrorCode Outcome { get; private set; }

    /// <summary>Answers the request.</summary>
    /// <param name="payload">At most the peer's largest payload, else the peer gets Error(TooLarge).</param>
    /// <exception cref="InvalidOperationException">The request was answered before.</exception>
    public void Reply(scoped ReadOnlySpan<byte> payload)
    {
        MarkAnswered();
        if (!IsOneWay)
        {
            Replies.Send(link, in header, Name, payload, flush);
        }
    }

    /// <summary>Answers the request with an Error.</summary>
    /// <param name="code">What kind of error.</param>
    /// <param name="text">For people; at most about 400 bytes of UTF-8 are sent.</param>
    /// <exception cref="InvalidOperationException">The request was answered before.</exception>
    public void Fail(ErrorCode code, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        MarkAnswered();
        Outcome = code;
        if (!IsOneWay)
        {
            Replies.Fail(link, header.Correlation, code, text);
        }
    }

    private void MarkAnswered()
    {
        if (IsAnswered)
        {
            throw new InvalidOperationException("a request is answered once: Reply or Fail was called before");
        }

        IsAnswered = true;
    }
}
