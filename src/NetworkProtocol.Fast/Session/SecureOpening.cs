using System;
using System.Buffers;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// The first bytes of a secure session (docs/PROTOCOL.md, Connection opening): the client sends "NPS1" and one byte
/// that says how the handshake goes on. Nothing answers them but the handshake itself. Knows no sockets; bytes in,
/// status out.
/// </summary>
internal static class SecureOpening
{
    /// <summary>Bit 0 of the negotiation byte: the client proves a key too (pattern XX, else NX). The other bits are
    /// zero.</summary>
    internal const byte ClientAuthenticates = 1;

    /// <summary>"NPS1".</summary>
    internal static ReadOnlySpan<byte> Magic => "NPS1"u8;

    /// <summary>Whether the negotiation byte is one that this version knows.</summary>
    internal static bool IsKnown(byte negotiation) => (negotiation & ~ClientAuthenticates) == 0;

    /// <summary>Compares what has come so far with the five bytes; a wrong byte fails as soon as it is there.</summary>
    internal static OperationStatus Match(ReadOnlySpan<byte> received)
    {
        int known = Math.Min(received.Length, Magic.Length);
        if (!received[..known].SequenceEqual(Magic[..known]))
        {
            return OperationStatus.InvalidData;
        }

        if (received.Length < HandshakeLayout.OpeningBytes)
        {
            return OperationStatus.NeedMoreData;
        }

        return IsKnown(received[Magic.Length]) ? OperationStatus.Done : OperationStatus.InvalidData;
    }

    /// <summary>Writes the five bytes.</summary>
    internal static void Write(byte negotiation, Span<byte> destination)
    {
        Magic.CopyTo(destination);
        destination[Magic.Length] = negotiation;
    }
}
