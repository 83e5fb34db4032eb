using System;
using System.Buffers.Binary;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Link;

/// <summary>
/// A link's secure session after its handshake: records from the peer on their way into the receive window, and packets
/// to the peer on their way into records. The opening half belongs to the link's receive side, the sealing half to its
/// send side; each ends its own.
/// </summary>
internal sealed class SecureChannel(SessionKeys keys)
{
    /// <summary>Bytes received: records that are not opened yet, but for the first <c>openedBytes</c>.</summary>
    internal ReceiveWindow Incoming;

    // Up to here a window's block is one of 64 KiB; see BufferClasses.
    private const int WindowBytesMax = 64 << 10;

    // Plaintext at the front of Incoming, of a record that did not fit the receive window; its tag stands behind it.
    private int openedBytes;

    /// <summary>32 bytes that name the session.</summary>
    internal ReadOnlyMemory<byte> Binding => keys.HandshakeHash;

    /// <summary>Whether the session is in the middle of a record.</summary>
    internal bool IsWithinRecord => Incoming.UnreadBytes > 0;

    /// <summary>Bytes that the record under way needs in one piece; 0 when its length is not known yet.</summary>
    internal int NeededBytes => openedBytes == 0 && Incoming.UnreadBytes >= RecordLayout.LengthBytes
        ? RecordLayout.LengthBytes + BodyBytes
        : 0;

    private int BodyBytes => BinaryPrimitives.ReadUInt16BigEndian(Incoming.Unread);

    /// <summary>
    /// Opens the next record, or what is left of one, into the window. A window that waits for a large packet gets no
    /// byte of the next one, so that the packet has its block to itself.
    /// </summary>
    /// <param name="window">The link's receive window.</param>
    /// <param name="pool">Where it rents.</param>
    /// <param name="neededBytes">What the packet under way needs in one piece.</param>
    internal OpenStatus OpenInto(ref ReceiveWindow window, BufferPool pool, int neededBytes)
    {
        int room = (neededBytes > SendQueue.InlineBytesMax ? neededBytes : WindowBytesMax) - window.UnreadBytes;
        if (openedBytes == 0)
        {
            if (Incoming.UnreadBytes < RecordLayout.LengthBytes)
            {
                return OpenStatus.Incomplete;
            }

            int bodyBytes = BodyBytes;
            if (bodyBytes < RecordLayout.BodyBytesMin)
            {
                return OpenStatus.Broken;
            }

            if (Incoming.UnreadBytes < RecordLayout.LengthBytes + bodyBytes)
            {
                return OpenStatus.Incomplete;
            }

            int plainBytes = bodyBytes - RecordLayout.TagBytes;
            Span<byte> body = Incoming.Unread.Slice(RecordLayout.LengthBytes, bodyBytes);
            if (plainBytes <= room)
            {
                return OpenWhole(ref window, pool, Math.Max(neededBytes, window.UnreadBytes + plainBytes), body);
            }

            if (keys.Opener.TryOpen(body, body, out openedBytes) != RecordStatus.Done)
            {
                openedBytes = 0;
                return OpenStatus.Broken;
            }

            Incoming.Consume(RecordLayout.LengthBytes);
        }

        return MoveOpened(ref window, pool, Math.Min(openedBytes, room), neededBytes);
    }

    /// <summary>Seals packets as one record.</summary>
    /// <returns>Bytes of the record.</returns>
    internal int Seal(ReadOnlySpan<byte> packets, Span<byte> record)
    {
        RecordStatus status = keys.Sealer.Seal(packets, record, out int written);
        return status == RecordStatus.Done
            ? written
            : throw new InvalidOperationException("sealing comes before the end of the send side");
    }

    /// <summary>Keeps little memory until the next record comes; nothing received may wait. Receive side.</summary>
    internal void RestOpening()
    {
        Incoming.Release();
        keys.Opener.Rest();
    }

    /// <summary>Keeps little memory until the next record is sealed. Send side.</summary>
    internal void RestSealing() => keys.Sealer.Rest();

    /// <summary>Drops what was received and forgets the key. Receive side.</summary>
    internal void EndOpening()
    {
        openedBytes = 0;
        Incoming.Release();
        keys.Opener.Dispose();
    }

    /// <summary>Forgets the key. Send side.</summary>
    internal void EndSealing() => keys.Sealer.Dispose();

    /// <summary>Forgets both keys, when both sides are over: the send side may have ended before there were
    /// any.</summary>
    internal void EndBoth() => keys.Dispose();

    private OpenStatus OpenWhole(ref ReceiveWindow window, BufferPool pool, int contiguousBytes, Span<byte> body)
    {
        if (!window.TryEnsure(pool, contiguousBytes))
        {
            return OpenStatus.NoMemory;
        }

        if (keys.Opener.TryOpen(body, window.Writable.Span, out int written) != RecordStatus.Done)
        {
            return OpenStatus.Broken;
        }

        window.Written(written);
        Incoming.Consume(RecordLayout.LengthBytes + body.Length);
        return OpenStatus.Opened;
    }

    private OpenStatus MoveOpened(ref ReceiveWindow window, BufferPool pool, int bytes, int neededBytes)
    {
        if (!window.TryEnsure(pool, Math.Max(neededBytes, window.UnreadBytes + bytes)))
        {
            return OpenStatus.NoMemory;
        }

        Incoming.Unread[..bytes].CopyTo(window.Writable.Span);
        window.Written(bytes);
        openedBytes -= bytes;
        Incoming.Consume(openedBytes == 0 ? bytes + RecordLayout.TagBytes : bytes);
        return OpenStatus.Opened;
    }
}
