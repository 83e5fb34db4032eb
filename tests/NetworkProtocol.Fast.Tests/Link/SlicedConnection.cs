using System;
using System.Net;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Tests.Link;

/// <summary>A connection whose receives end where the test wants.</summary>
/// <param name="inner">What carries the bytes.</param>
/// <param name="bytesMaxAt">Of the bytes received so far: how many the next receive may bring.</param>
internal sealed class SlicedConnection(TransportConnection inner, Func<int, int> bytesMaxAt)
    : TransportConnection, ITransportSink
{
    private ITransportSink? sink;
    private int received;

    internal override Endpoint Local => inner.Local;

    internal override Endpoint Remote => inner.Remote;

    internal override IPAddress? RemoteAddress => inner.RemoteAddress;

    internal override int UntakenBytes => inner.UntakenBytes;

    internal static int ByteByByte(int _) => 1;

    /// <summary>One cut at this offset of the stream, none elsewhere.</summary>
    internal static Func<int, int> CutAt(int offset) =>
        received => received < offset ? offset - received : int.MaxValue;

    internal override void Bind(ITransportSink sink)
    {
        this.sink = sink;
        inner.Bind(this);
    }

    internal override bool Receive(Memory<byte> buffer, out TransportResult result)
    {
        bool done = inner.Receive(buffer[..Math.Min(buffer.Length, bytesMaxAt(received))], out result);
        received += done ? result.Bytes : 0;
        return done;
    }

    internal override bool Send(ReadOnlyMemory<byte> buffer, out TransportResult result) =>
        inner.Send(buffer, out result);

    internal override void ShutdownSend() => inner.ShutdownSend();

    internal override void Close() => inner.Close();

    public void OnReceived(TransportResult result)
    {
        received += result.Bytes;
        sink!.OnReceived(result);
    }

    public void OnSent(TransportResult result) => sink!.OnSent(result);
}
