using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using System.Threading.Tasks.Sources;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Transport;

/// <summary>
/// The stream beneath an <see cref="TlsStream"/>: records as they travel, received from and sent on the connection
/// inside. One read and one write may be under way at a time; neither allocates. What is received while the handshake
/// lasts is handed over on the workers, because arithmetic follows; afterwards on the thread that received it.
/// </summary>
internal sealed class TlsWire(TransportConnection inner, HandshakeWorkers workers)
    : Stream, ITransportSink, IThreadPoolWorkItem, IValueTaskSource<int>, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<int> reading;
    private ManualResetValueTaskSourceCore<bool> writing;
    private TransportResult received;
    private Memory<byte> readBuffer;
    private bool looked;

    // Whether the thread that reads is a worker's already. Touched by the handshake alone, which has one thread at a
    // time.
    private bool isWorking;
    private volatile bool isShakingHands = true;

    /// <summary>How the connection inside failed to receive; Ok while it did not.</summary>
    internal TransportResult ReadFailure { get; private set; }

    /// <summary>The connection inside has ended, in whichever way.</summary>
    internal bool HasEnded { get; private set; }

    /// <summary>What the peer sent instead of a TLS handshake; null when it began one.</summary>
    internal string? ForeignOpening { get; private set; }

    /// <summary>No worker had room for this handshake.</summary>
    internal bool IsOverloaded { get; private set; }

    /// <summary>From here on reads complete on the thread that received.</summary>
    internal void EndHandshake() => isShakingHands = false;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // Before the receive begins: it may complete on another thread before it returns.
        reading.Reset();
        readBuffer = buffer;
        if (!inner.Receive(buffer, out TransportResult result))
        {
            return new ValueTask<int>(this, reading.Version);
        }

        if (!isShakingHands || isWorking)
        {
            return new ValueTask<int>(Take(result));
        }

        received = result;
        QueueWork();
        return new ValueTask<int>(this, reading.Version);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        writing.Reset();
        if (!inner.Send(buffer, out TransportResult result))
        {
            return new ValueTask(this, writing.Version);
        }

        return result.Status == TransportStatus.Ok ? default : ValueTask.FromException(new TlsWireException(result));
    }

    void ITransportSink.OnReceived(TransportResult result)
    {
        if (!isShakingHands)
        {
            reading.SetResult(Take(result));
            return;
        }

        received = result;
        QueueWork();
    }

    void ITransportSink.OnSent(TransportResult result)
    {
        if (result.Status == TransportStatus.Ok)
        {
            writing.SetResult(true);
        }
        else
        {
            writing.SetException(new TlsWireException(result));
        }
    }

    /// <summary>A step of the handshake: what follows the read runs inside this call, until it waits again.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        isWorking = true;
        reading.SetResult(Take(received));
        isWorking = false;
    }

    private void QueueWork()
    {
        if (!workers.TryQueue(this))
        {
            // As an end of the stream it ends the handshake, on this thread and at no cost.
            IsOverloaded = true;
            HasEnded = true;
            reading.SetResult(0);
        }
    }

    // A failure reads like an end: an exception for every lost connection would cost more than the connection did.
    private int Take(TransportResult result)
    {
        if (result.Status != TransportStatus.Ok)
        {
            ReadFailure = result;
            HasEnded = true;
            return 0;
        }

        if (readBuffer.Length > 0)
        {
            HasEnded |= result.Bytes == 0;
            if (isShakingHands && !looked && result.Bytes > 0)
            {
                looked = true;
                LookAt(readBuffer.Span[..result.Bytes]);
                if (ForeignOpening is not null)
                {
                    // The stream above would wait for a whole record of it.
                    HasEnded = true;
                    return 0;
                }
            }
        }

        return result.Bytes;
    }

    // A record begins with its type: 22 a handshake, 21 an alert (RFC 8446, 5.1).
    private void LookAt(ReadOnlySpan<byte> first)
    {
        if (first[0] is not (0x16 or 0x15))
        {
            ForeignOpening = PlainOpening.Describe(first);
        }
    }

    int IValueTaskSource<int>.GetResult(short token) => reading.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => reading.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        reading.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.GetResult(short token) => writing.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => writing.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        writing.OnCompleted(continuation, state, token, flags);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
