using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace NetworkProtocol.Fast.Packets;

/// <summary>
/// Finds the packet at the start of received bytes and checks its header. Stateless: the caller offers the same bytes
/// again when more have come, which costs nothing because a header is two loads. Safe on any thread.
/// </summary>
internal static class PacketFramer
{
    /// <summary>Reads one packet.</summary>
    /// <param name="buffer">Received bytes, beginning at a packet.</param>
    /// <param name="payloadBytesMax">
    /// The payload maximum this side announced; the protocol's own maximum caps it.
    /// </param>
    /// <param name="packet">The packet, when <see cref="OperationStatus.Done"/>.</param>
    /// <param name="packetBytes">
    /// Done: bytes of the packet. NeedMoreData: bytes that must be there before it is worth calling again, which is
    /// the whole packet once its header is there, and the header before. InvalidData: 0.
    /// </param>
    /// <param name="fault">
    /// What is wrong, when <see cref="OperationStatus.InvalidData"/>. The connection cannot go on.
    /// </param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OperationStatus Read(
        ReadOnlySpan<byte> buffer, uint payloadBytesMax, out PacketView packet, out int packetBytes,
        out PacketFault fault)
    {
        if (buffer.Length >= PacketHeader.BytesCount)
        {
            ulong low = BinaryPrimitives.ReadUInt64LittleEndian(buffer);
            ulong high = BinaryPrimitives.ReadUInt64LittleEndian(buffer[sizeof(ulong)..]);
            if (IsValid(low, high, payloadBytesMax))
            {
                PacketHeader header = new(low, high);
                fault = default;
                packetBytes = header.PacketBytes;
                if (buffer.Length >= packetBytes)
                {
                    packet = new PacketView(header, buffer[..packetBytes]);
                    return OperationStatus.Done;
                }

                packet = default;
                return OperationStatus.NeedMoreData;
            }
        }

        packet = default;
        return ReadPartOrFaultSlow(buffer, payloadBytesMax, out packetBytes, out fault);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsValid(ulong low, ulong high, uint payloadBytesMax)
    {
        uint flags = (byte)(low >> PacketHeader.FlagsShift);
        uint nameLength = (byte)(low >> PacketHeader.NameLengthShift);
        uint payloadLength = (uint)(high >> PacketHeader.PayloadLengthShift);
        ulong rule = PacketRules.Of((ushort)(low >> PacketHeader.TypeShift));
        return ((uint)low & 0xFF_FFFF) == PacketHeader.Prefix
            && PacketRules.AllowsFlags(rule, flags)
            && nameLength <= PacketRules.NameBytesMax(rule, flags)
            && payloadLength <= payloadBytesMax
            && payloadLength <= PacketRules.PayloadBytesMax(rule)
            && payloadLength >= PacketRules.PayloadBytesMin(rule, flags);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static OperationStatus ReadPartOrFaultSlow(
        ReadOnlySpan<byte> buffer, uint payloadBytesMax, out int packetBytes, out PacketFault fault)
    {
        ReadOnlySpan<byte> header = buffer[..Math.Min(buffer.Length, PacketHeader.BytesCount)];
        fault = PacketHeaderFaults.Find(header, payloadBytesMax);
        Debug.Assert(!fault.IsNone || header.Length < PacketHeader.BytesCount, "a refused header has a fault");
        packetBytes = fault.IsNone ? PacketHeader.BytesCount : 0;
        return fault.IsNone ? OperationStatus.NeedMoreData : OperationStatus.InvalidData;
    }
}
