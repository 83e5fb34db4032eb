using System;
using System.Threading;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>
/// A client's connection over another that is slow as a test wants it: it sends in small pieces, each of them a send of
/// its own, and reads nothing while it is held.
/// </summary>
internal sealed class SlowConnection(TransportConnection inner, int pieceBytes) : TransportConnection, ITransportSink
{
    private readonly Lock holdLock = new();
    private ITransportSink? sink;
    private ReadOnlyMemory<byte> unsent;
    private int sentBytes;
    private Memory<byte> heldBuffer;
    private bool isHeld;
    private bool isWaiting;

    internal override Endpoint Local => inner.Local;

    internal override Endpoint Remote => inner.Remote;

    internal override int UntakenBytes => inner.UntakenBytes;

    /// <summary>Whether a receive waits for the hold to end.</summary>
    internal bool IsWaiting => Volatile.Read(ref isWaiting);

    internal override void Bind(ITransportSink sink)
    {
        this.sink = sink;
        inner.Bind(this);
    }

    /// <summary>Receives that begin from now on wait for <see cref="Release"/>.</summary>
    internal void Hold()
    {
        lock (holdLock)
        {
            isHeld = true;
        }
    }

    internal void Release()
    {
        lock (holdLock)
        {
            isHeld = false;
            if (!isWaiting)
            {
                return;
            }

            isWaiting = false;
        }

        if (inner.Receive(heldBuffer, out TransportResult result))
        {
            sink!.OnReceived(result);
        }
    }

    internal override bool Receive(Memory<byte> buffer, out TransportResult result)
    {
        lock (holdLock)
        {
            if (isHeld)
            {
                heldBuffer = buffer;
                isWaiting = true;
                result = default;
                return false;
            }
        }

        return inner.Receive(buffer, out result);
    }

    internal override bool Send(ReadOnlyMemory<byte> buffer, out TransportResult result)
    {
        unsent = buffer;
        sentBytes = buffer.Length;
        return SendPieces(out result);
    }

    internal override void ShutdownSend() => inner.ShutdownSend();

    internal override void Close()
    {
        inner.Close();
        Release();
    }

    public void OnReceived(TransportResult result) => sink!.OnReceived(result);

    public void OnSent(TransportResult result)
    {
        if (result.Status != TransportStatus.Ok || SendPieces(out result))
        {
            sink!.OnSent(result);
        }
    }

    private bool SendPieces(out TransportResult result)
    {
        while (!unsent.IsEmpty)
        {
            ReadOnlyMemory<byte> piece = unsent[..Math.Min(pieceBytes, unsent.Length)];
            unsent = unsent[piece.Length..];
            if (!inner.Send(piece, out result))
            {
                return false;
            }

            if (result.Status != TransportStatus.Ok)
            {
                return true;
            }
        }

        result = TransportResult.Done(sentBytes);
        return true;
    }
}
