using System;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Dispatch;

/// <summary>
/// A packet that an asynchronous handler works on. The object is reused: it is valid until the task that the handler
/// returned has ended, and must not be kept.
/// </summary>
public sealed class PacketRequest : IThreadPoolWorkItem
{
    private readonly AsyncHandlerTarget target;
    private PeerLink? link;
    private PacketHeader header;
    private BufferLease block;
    private int nameStart;
    private int payloadStart;
    private int payloadBytes;
    private int answered;

    internal PacketRequest(AsyncHandlerTarget target) => this.target = target;

    /// <summary>The packet's name in UTF-8; empty for types that have none.</summary>
    /// <exception cref="ObjectDisposedException">The handler has ended.</exception>
    public ReadOnlyMemory<byte> Name => Block.Slice(nameStart, header.NameLength);

    /// <summary>The payload, decompressed.</summary>
    /// <exception cref="ObjectDisposedException">The handler has ended.</exception>
    public ReadOnlyMemory<byte> Payload => Block.Slice(payloadStart, payloadBytes);

    /// <summary>The packet's type; a number from 256 up is the application's own.</summary>
    public PacketType Type => header.Type;

    /// <summary>Whether the sender wants no reply; <see cref="Reply"/> and <see cref="Fail"/> then do nothing.</summary>
    public bool IsOneWay => !header.WantsReply;

    /// <summary>Who sent the packet.</summary>
    public Peer Peer => new(Link);

    private PeerLink Link => link ?? throw new ObjectDisposedException(nameof(PacketRequest), "the handler has ended");

    private ReadOnlyMemory<byte> Block
    {
        get
        {
            _ = Link;
            return block.Memory;
        }
    }

    /// <summary>Answers the request. Any thread.</summary>
    /// <param name="payload">At most the peer's largest payload, else the peer gets Error(TooLarge).</param>
    /// <exception cref="InvalidOperationException">The request was answered before.</exception>
    public void Reply(ReadOnlySpan<byte> payload)
    {
        PeerLink to = Link;
        MarkAnswered();
        if (!IsOneWay)
        {
            Replies.Send(to, in header, Name.Span, payload);
            to.Flush();
        }
    }

    /// <summary>Answers the request with an Error. Any thread.</summary>
    /// <param name="code">What kind of error.</param>
    /// <param name="text">For people; at most about 400 bytes of UTF-8 are sent.</param>
    /// <exception cref="InvalidOperationException">The request was answered before.</exception>
    public void Fail(ErrorCode code, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        PeerLink to = Link;
        MarkAnswered();
        if (!IsOneWay)
        {
            Replies.Fail(to, header.Correlation, code, text);
            to.Flush();
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        ValueTask running;
        try
        {
            running = target.Handler(this);
        }
#pragma warning disable CA1031 // Whatever a handler throws ends that request, not the link.
        catch (Exception e)
#pragma warning restore CA1031
        {
            End(e);
            return;
        }

        if (running.IsCompletedSuccessfully)
        {
            running.GetAwaiter().GetResult();
            End(null);
        }
        else
        {
            _ = EndLater(running);
        }
    }

    internal void Begin(
        PeerLink from, in PacketHeader packetHeader, BufferLease lease, int name, int payload, int payloadLength)
    {
        link = from;
        header = packetHeader;
        block = lease;
        nameStart = name;
        payloadStart = payload;
        payloadBytes = payloadLength;
        answered = 0;
        from.RequestStarted();
    }

    private async Task EndLater(ValueTask running)
    {
        try
        {
            await running.ConfigureAwait(false);
        }
#pragma warning disable CA1031 // See Execute.
        catch (Exception e)
#pragma warning restore CA1031
        {
            End(e);
            return;
        }

        End(null);
    }

    private void End(Exception? error)
    {
        PeerLink from = Link;
        if (error is not null)
        {
            target.LogFailure(from, error);
        }

        // By exchange: work that the handler left running may answer at this very moment.
        if (Interlocked.Exchange(ref answered, 1) == 0 && !IsOneWay)
        {
            if (error is not null)
            {
                Replies.Fail(from, header.Correlation, ErrorCode.HandlerFailed, "the handler failed");
            }
            else
            {
                Replies.Send(from, in header, Name.Span, default);
            }

            from.Flush();
        }

        block.Return();
        block = default;
        link = null;
        target.Recycle(this);
        from.RequestEnded();
    }

    private void MarkAnswered()
    {
        if (Interlocked.Exchange(ref answered, 1) != 0)
        {
            throw new InvalidOperationException("a request is answered once: Reply or Fail was called before");
        }
    }
}
