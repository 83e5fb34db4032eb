using System;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>
/// A client's connection over another that is slow: it sends in small pieces, each of them a send of its own.
/// </summary>
internal sealed class SlowConnection(TransportConnection inner, int pieceBytes) : TransportConnection, ITransportSink
{
    private ITransportSink? sink;
    private ReadOnlyMemory<byte> unsent;
    private int sentBytes;

    internal override Endpoint Local => inner.Local;

    internal override Endpoint Remote => inner.Remote;

    internal override int UntakenBytes => inner.UntakenBytes;

    internal override void Bind(ITransportSink sink)
    {
        this.sink = sink;
        inner.Bind(this);
    }

    internal override bool Receive(Memory<byte> buffer, out TransportResult result) =>
        inner.Receive(buffer, out result);

    internal override bool Send(ReadOnlyMemory<byte> buffer, out TransportResult result)
    {
        unsent = buffer;
        sentBytes = buffer.Length;
        return SendPieces(out result);
    }

    internal override void ShutdownSend() => inner.ShutdownSend();

    internal override void Close() => inner.Close();

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
