using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Dispatch;

/// <summary>
/// What an asynchronous handler's <see cref="PacketRequest"/> stands for. Slots are reused; each use is a generation,
/// and a request that names another one is refused.
/// </summary>
/// <remarks>
/// Threading: the receive side fills a slot, a pool thread runs the handler, and any thread may answer at any time,
/// also while or after the handler ends. Whoever is the last of ending and answering gives the slot back, so
/// nothing that an answer reads is changed under it.
/// </remarks>
internal sealed class RequestSlot : IThreadPoolWorkItem
{
    // What became of the generation, in the two low bits of the state; the generation counts in the bits above.
    private const long Open = 0;
    private const long Answering = 1;
    private const long AnsweringAndEnded = 2;
    private const long Answered = 3;
    private const long Mask = 3;

    private readonly AsyncHandlerTarget target;
    private PeerLink? link;
    private PacketHeader header;
    private BufferLease block;
    private int nameStart;
    private int payloadStart;
    private int payloadBytes;
    private long beganAt;
    private long state;

    internal RequestSlot(AsyncHandlerTarget target) => this.target = target;

    internal static ObjectDisposedException Ended() => new(nameof(PacketRequest), "the handler has ended");

    internal void Begin(
        PeerLink from, in PacketHeader packetHeader, BufferLease lease, int name, int payload, int payloadLength,
        long timestamp)
    {
        beganAt = timestamp;
        link = from;
        header = packetHeader;
        block = lease;
        nameStart = name;
        payloadStart = payload;
        payloadBytes = payloadLength;
        from.RequestStarted();
    }

    internal ReadOnlyMemory<byte> NameOf(long generation)
    {
        Require(generation);
        return Checked(generation, (ReadOnlyMemory<byte>)block.Memory.Slice(nameStart, header.NameLength));
    }

    internal ReadOnlyMemory<byte> PayloadOf(long generation)
    {
        Require(generation);
        return Checked(generation, (ReadOnlyMemory<byte>)block.Memory.Slice(payloadStart, payloadBytes));
    }

    internal PacketHeader HeaderOf(long generation) => Checked(generation, header);

    internal PeerLink LinkOf(long generation) => Checked(generation, link)!;

    internal void Reply(long generation, ReadOnlySpan<byte> payload)
    {
        BeginAnswer(generation);
        try
        {
            if (header.WantsReply)
            {
                ReplyNow(payload);
            }
        }
        finally
        {
            EndAnswer(generation);
        }
    }

    internal void Fail(long generation, ErrorCode code, string text)
    {
        BeginAnswer(generation);
        try
        {
            if (header.WantsReply)
            {
                FailNow(code, text);
            }
        }
        finally
        {
            EndAnswer(generation);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        ValueTask running;
        try
        {
            running = target.Handler(new PacketRequest(this, Volatile.Read(ref state) & ~Mask));
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
        if (error is not null)
        {
            target.LogFailure(link!, error);
        }

        long generation = Volatile.Read(ref state) & ~Mask;
        if (Interlocked.CompareExchange(ref state, generation | Answered, generation | Open) == (generation | Open))
        {
            EndUnanswered(error);
        }
        else if (Interlocked.CompareExchange(ref state, generation | AnsweringAndEnded, generation | Answering)
            == (generation | Answering))
        {
            // Work that the handler left running answers at this very moment, and gives the slot back.
            return;
        }

        Release();
    }

    private void EndUnanswered(Exception? error)
    {
        if (!header.WantsReply)
        {
            return;
        }

        if (error is null)
        {
            ReplyNow(default);
        }
        else
        {
            FailNow(ErrorCode.HandlerFailed, "the handler failed");
        }
    }

    private void BeginAnswer(long generation)
    {
        long before = Interlocked.CompareExchange(ref state, generation | Answering, generation | Open);
        if (before != (generation | Open))
        {
            throw (before & ~Mask) == generation
                ? new InvalidOperationException("a request is answered once: Reply or Fail was called before")
                : Ended();
        }
    }

    private void EndAnswer(long generation)
    {
        if (Interlocked.CompareExchange(ref state, generation | Answered, generation | Answering)
            != (generation | Answering))
        {
            Release();
        }
    }

    private void ReplyNow(ReadOnlySpan<byte> payload)
    {
        Replies.Send(link!, in header, block.Span.Slice(nameStart, header.NameLength), payload);
        link!.Flush();
        target.Meter.Record(ErrorCode.None, Stopwatch.GetTimestamp() - beganAt);
    }

    private void FailNow(ErrorCode code, string text)
    {
        target.Meter.Record(code, Stopwatch.GetTimestamp() - beganAt);
        Replies.Fail(link!, header.Correlation, code, text);
        link!.Flush();
    }

    private void Release()
    {
        PeerLink from = link!;
        BufferLease lease = block;

        // The next generation, before anything of this one changes: see Checked.
        Interlocked.Exchange(ref state, (Volatile.Read(ref state) | Mask) + 1);
        link = null;
        block = default;
        lease.Return();
        target.Recycle(this);
        from.RequestEnded();
    }

    private void Require(long generation)
    {
        if ((Volatile.Read(ref state) & ~Mask) != generation)
        {
            throw Ended();
        }
    }

    // The value was read before this look: if the generation still stands, it is of that generation.
    private T Checked<T>(long generation, T value)
    {
        Interlocked.MemoryBarrier();
        Require(generation);
        return value;
    }
}
