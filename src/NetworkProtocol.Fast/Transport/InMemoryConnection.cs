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
    private readonly PipeReader _input;
    private readonly PipeWriter _output;
    private readonly Action _readReady;
    private readonly Action _flushReady;
    private ITransportSink? _sink;
    private InMemoryConnection? _peer;
    private ConnectionGate _gate;

    // Written by this side before it completes its output, read by the peer after it saw that.
    private bool _wasReset;

    // Each belongs to the operation under way in its direction.
    private ValueTaskAwaiter<ReadResult> _read;
    private Memory<byte> _readBuffer;
    private ValueTaskAwaiter<FlushResult> _flush;
    private ReadOnlyMemory<byte> _unsent;
    private int _sendBytes;

    internal InMemoryConnection(PipeReader input, PipeWriter output, Endpoint local, Endpoint remote)
    {
        _input = input;
        _output = output;
        _readReady = OnReadReady;
        _flushReady = OnFlushReady;
        Local = local;
        Remote = remote;
    }

    internal override Endpoint Local { get; }

    internal override Endpoint Remote { get; }

    /// <summary>Makes two ends a pair, before either is used.</summary>
    internal static void Join(InMemoryConnection first, InMemoryConnection second)
    {
        first._peer = second;
        second._peer = first;
    }

    internal override void Bind(ITransportSink sink) => _sink = sink;

    internal override bool Receive(Memory<byte> buffer, out TransportResult result)
    {
        if (!_gate.TryEnterReceive())
        {
            result = TransportResult.Aborted;
            return true;
        }

        _readBuffer = buffer;
        _read = _input.ReadAsync().GetAwaiter();
        if (!_read.IsCompleted)
        {
            result = default;
            _read.UnsafeOnCompleted(_readReady);
            return false;
        }

        result = FinishReceive();
        return true;
    }

    internal override bool Send(ReadOnlyMemory<byte> buffer, out TransportResult result)
    {
        if (!_gate.TryEnterSend())
        {
            result = TransportResult.Aborted;
            return true;
        }

        _unsent = buffer;
        _sendBytes = buffer.Length;
        return ContinueSend(out result);
    }

    internal override void ShutdownSend()
    {
        int before = _gate.Enter(ConnectionGate.SendEnded);
        if ((before & (ConnectionGate.SendEnded | ConnectionGate.Sending | ConnectionGate.Closed)) == 0)
        {
            _output.Complete();
        }
    }

    internal override void Close()
    {
        int before = _gate.Enter(ConnectionGate.Closed);
        if ((before & ConnectionGate.Closed) != 0)
        {
            return;
        }

        if ((before & ConnectionGate.Sending) != 0)
        {
            _output.CancelPendingFlush();
        }
        else
        {
            _output.Complete();
        }

        if ((before & ConnectionGate.Receiving) != 0)
        {
            _input.CancelPendingRead();
        }
        else
        {
            _input.Complete();
        }
    }

    private void OnReadReady() => _sink!.OnReceived(FinishReceive());

    private TransportResult FinishReceive()
    {
        TransportResult result = TakeRead();
        _readBuffer = default;
        if ((_gate.Leave(ConnectionGate.Receiving) & ConnectionGate.Closed) != 0)
        {
            _input.Complete();
        }

        return result;
    }

    private TransportResult TakeRead()
    {
        ReadResult read = _read.GetResult();
        ReadOnlySequence<byte> buffer = read.Buffer;
        if (read.IsCanceled || _gate.IsClosed)
        {
            _input.AdvanceTo(buffer.Start);
            return TransportResult.Aborted;
        }

        if (buffer.IsEmpty && Volatile.Read(ref _peer!._wasReset))
        {
            _input.AdvanceTo(buffer.Start);
            return TransportResult.PeerGone;
        }

        // Consuming less than was seen, or nothing in the case of an empty buffer, leaves the rest readable at once.
        int bytes = (int)Math.Min(buffer.Length, _readBuffer.Length);
        ReadOnlySequence<byte> taken = buffer.Slice(0, bytes);
        taken.CopyTo(_readBuffer.Span);
        _input.AdvanceTo(taken.End);
        return TransportResult.Done(bytes);
    }

    private void OnFlushReady()
    {
        if (FlushFailed(out TransportResult result) || ContinueSend(out result))
        {
            _sink!.OnSent(result);
        }
    }

    /// <summary>Copies piece by piece, so that never more than the pipe's bound is waiting in it.</summary>
    private bool ContinueSend(out TransportResult result)
    {
        while (!_unsent.IsEmpty)
        {
            Span<byte> free = _output.GetSpan();
            int bytes = Math.Min(free.Length, _unsent.Length);
            _unsent.Span[..bytes].CopyTo(free);
            _unsent = _unsent[bytes..];
            _output.Advance(bytes);
            _flush = _output.FlushAsync().GetAwaiter();
            if (!_flush.IsCompleted)
            {
                result = default;
                _flush.UnsafeOnCompleted(_flushReady);
                return false;
            }

            if (FlushFailed(out result))
            {
                return true;
            }
        }

        result = FinishSend(TransportResult.Done(_sendBytes));
        return true;
    }

    private bool FlushFailed(out TransportResult result)
    {
        FlushResult flush = _flush.GetResult();
        if (flush.IsCanceled || _gate.IsClosed)
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
        _unsent = default;
        int before = _gate.Leave(ConnectionGate.Sending);
        if ((before & ConnectionGate.Closed) != 0)
        {
            // Closed during the send: a reset, unless all of it had gone out.
            Volatile.Write(ref _wasReset, result.Status != TransportStatus.Ok);
            _output.Complete();
        }
        else if ((before & ConnectionGate.SendEnded) != 0)
        {
            _output.Complete();
        }

        return result;
    }
}
