using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Relay.Tests.Acceptance;

/// <summary>Passes bytes on and counts the TLS records that come: a header of five bytes, its last two the length of
/// what follows (RFC 8446, 5.1).</summary>
internal sealed class RecordCounter(Stream inner) : Stream
{
    private readonly byte[] header = new byte[5];
    private int headerBytes;
    private int left;

    /// <summary>Records whose header has come.</summary>
    internal int Count { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int bytes = await inner.ReadAsync(buffer, cancellationToken);
        Look(buffer.Span[..bytes]);
        return bytes;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.WriteAsync(buffer, cancellationToken);

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void Look(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (left > 0)
            {
                int skipped = Math.Min(left, bytes.Length);
                left -= skipped;
                bytes = bytes[skipped..];
                continue;
            }

            header[headerBytes++] = bytes[0];
            bytes = bytes[1..];
            if (headerBytes == header.Length)
            {
                headerBytes = 0;
                left = (header[3] << 8) | header[4];
                Count++;
            }
        }
    }
}
