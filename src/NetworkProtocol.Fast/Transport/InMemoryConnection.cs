using System;
using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Threading;

namespace NetworkProtocol.Fast.Transport;

/// <summary>
/// One end of an in-memory pair. A pipe's half may be completed only when nobody is inside it, so closing under an
/// operation cancels that operation, and its end completes the half.
/// </summary>
[SuppressMessage("Reliability", "CA2012", Justification = "Each awaiter is asked once for its result.")]
internal sealed class InMemoryConnection : TransportConnection
{
    private readonly PipeReader input;
    private readonly PipeWriter output;
    private readonly Action readReady;
    private readonly Action flushReady;
    private ITransportSink? sink;
    private InMemoryConnection? peer;
    private ConnectionGate gate;

    // Written by this side before it completes its output, read by the peer after it saw that.
    private bool wasReset;

    // Each belongs to the operation under way in its direction.
    private ValueTaskAwaiter<ReadResult> read;
    private Memory<byte> readBuffer;
    private ValueTaskAwaiter<FlushResult> flush;
    private ReadOnlyMemory<byte> unsent;
    private int sendBytes;

    // As long as it is under way, for others to read.
    private int unsentBytes;

    internal InMemoryConnection(PipeReader input, PipeWriter output, Endpoint local, Endpoint remote)
    {
        this.input = input;
        this.output = output;
        readReady = OnReadReady;
        flushReady = OnFlushReady;
        Local = local;
        Remote = remote;
    }

    internal override Endpoint Local { get; }

    internal override Endpoint Remote { get; }

    internal override int UntakenBytes => Volatile.Read(ref unsentBytes);

    /// <summary>Makes two ends a pair, before either is used.</summary>
    internal static void Join(InMemoryConnection first, InMemoryConnection second)
    {
        first.peer = second;
        second.peer = first;
    }

    internal override void Bind(ITransportSink sink) => this.sink = sink;

    internal override bool Receive(Memory<byte> buffer, out TransportResult result)
    {
        if (!gate.TryEnterReceive())
        {
            result = TransportResult.Aborted;
            return true;
        }

        readBuffer = buffer;
        read = input.ReadAsync().GetAwaiter();
        if (!read.IsCompleted)
        {
            result = default;
            read.UnsafeOnCompleted(readReady);
            return false;
        }

        result = FinishReceive();
        return true;
    }

    internal override bool Send(ReadOnlyMemory<byte> buffer, out TransportResult result)
    {
        if (!gate.TryEnterSend())
        {
            result = TransportResult.Aborted;
            return true;
        }

        unsent = buffer;
        sendBytes = buffer.Length;
        return ContinueSend(out result);
    }

    internal override void ShutdownSend()
    {
        int before = gate.Enter(ConnectionGate.SendEnded);
        if ((before & (ConnectionGate.SendEnded | ConnectionGate.Sending | ConnectionGate.Closed)) == 0)
        {
            output.Complete();
        }
    }

    internal override void Close()
    {
        int before = gate.Enter(ConnectionGate.Closed);
        if ((before & ConnectionGate.Closed) != 0)
        {
            return;
        }

        if ((before & ConnectionGate.Sending) != 0)
        {
            output.CancelPendingFlush();
        }
        else
        {
            output.Complete();
        }

        if ((before & ConnectionGate.Receiving) != 0)
        {
            input.CancelPendingRead();
        }
        else
        {
            input.Complete();
        }
    }

    private void OnReadReady() => sink!.OnReceived(FinishReceive());

    private TransportResult FinishReceive()
    {
        TransportResult result = TakeRead();
        readBuffer = default;
        if ((gate.Leave(ConnectionGate.Receiving) & ConnectionGate.Closed) != 0)
        {
            input.Complete();
        }

        return result;
    }

    private TransportResult TakeRead()
    {
        ReadResult read = this.read.GetResult();
        ReadOnlySequence<byte> buffer = read.Buffer;
        if (read.IsCanceled || gate.IsClosed)
        {
            input.AdvanceTo(buffer.Start);
            return TransportResult.Aborted;
        }

        if (buffer.IsEmpty && Volatile.Read(ref peer!.wasReset))
        {
            input.AdvanceTo(buffer.Start);
            return TransportResult.PeerGone;
        }

        // Consuming less than was seen, or nothing in the case of an empty buffer, leaves the rest readable at once.
        int bytes = (int)Math.Min(buffer.Length, readBuffer.Length);
        ReadOnlySequence<byte> taken = buffer.Slice(0, bytes);
        taken.CopyTo(readBuffer.Span);
        input.AdvanceTo(taken.End);
        return TransportResult.Done(bytes);
    }

    private void OnFlushReady()
    {
        if (FlushFailed(out TransportResult result) || ContinueSend(out result))
        {
            sink!.OnSent(result);
        }
    }

    /// <summary>Copies piece by piece, so that never more than the pipe's bound is waiting in it.</summary>
    private bool ContinueSend(out TransportResult result)
    {
        while (!unsent.IsEmpty)
        {
            Span<byte> free = output.GetSpan();
            int bytes = Math.Min(free.Length, unsent.Length);
            unsent.Span[..bytes].CopyTo(free);
            unsent = unsent[bytes..];
            Volatile.Write(ref unsentBytes, unsent.Length);
            output.Advance(bytes);
            flush = output.FlushAsync().GetAwaiter();
            if (!flush.IsCompleted)
            {
                result = default;
                flush.UnsafeOnCompleted(flushReady);
                return false;
            }

            if (FlushFailed(out result))
            {
                return true;
            }
        }

        result = FinishSend(TransportResult.Done(sendBytes));
        return true;
    }

    private bool FlushFailed(out TransportResult result)
    {
        FlushResult flush = this.flush.GetResult();
        if (flush.IsCanceled || gate.IsClosed)
        {
            result = FinishSend(TransportResult.Aborted);
            return true;
        }

        if (flush.IsCompleted)
        {
            result = FinishSend(TransportResult.PeerGone);
            return true;
        }

        result = default;
        return false;
    }

    private TransportResult FinishSend(TransportResult result)
    {
        unsent = default;
        int before = gate.Leave(ConnectionGate.Sending);
        if ((before & ConnectionGate.Closed) != 0)
        {
            // Closed during the send: a reset, unless all of it had gone out.
            Volatile.Write(ref wasReset, result.Status != TransportStatus.Ok);
            output.Complete();
        }
        else if ((before & ConnectionGate.SendEnded) != 0)
        {
            output.Complete();
        }

        return result;
    }
}
