using System;
using System.Buffers.Binary;

namespace NetworkProtocol.Fast.Packets;

/// <summary>
/// The 16 bytes in front of every packet, little-endian, kept as the two words they are read as:
/// <code>
///  0      2        3      4     6            7     8            12               16
///  | "NP" | version | flags | type | name bytes | hops | correlation | payload bytes |
///  |--------------------- low word ------------------|--------- high word ---------|
/// </code>
/// A value made with <c>new</c> has magic, version and <see cref="PacketLimits.HopsInitial"/> in place; the default
/// value is no header.
/// </summary>
internal readonly struct PacketHeader
{
    /// <summary>The header's size on the wire.</summary>
    public const int BytesCount = 16;

    /// <summary>The version this library speaks.</summary>
    public const byte Version = 1;

    /// <summary>"NP" and the version, as they stand in the low bytes of the low word.</summary>
    internal const uint Prefix = 'N' | ((uint)'P' << 8) | ((uint)Version << 16);

    internal const int FlagsShift = 24;
    internal const int TypeShift = 32;
    internal const int NameLengthShift = 48;
    internal const int HopsShift = 56;
    internal const int PayloadLengthShift = 32;

    private readonly ulong low;
    private readonly ulong high;

    public PacketHeader()
    {
        low = Prefix | ((ulong)PacketLimits.HopsInitial << HopsShift);
    }

    /// <summary>Takes words that were checked before, or are to be.</summary>
    internal PacketHeader(ulong low, ulong high)
    {
        this.low = low;
        this.high = high;
    }

    public PacketFlags Flags
    {
        get => (PacketFlags)(byte)(low >> FlagsShift);
        init => low = (low & ~(0xFFul << FlagsShift)) | ((ulong)value << FlagsShift);
    }

    public PacketType Type
    {
        get => (PacketType)(ushort)(low >> TypeShift);
        init => low = (low & ~(0xFFFFul << TypeShift)) | ((ulong)value << TypeShift);
    }

    public byte NameLength
    {
        get => (byte)(low >> NameLengthShift);
        init => low = (low & ~(0xFFul << NameLengthShift)) | ((ulong)value << NameLengthShift);
    }

    /// <summary>Relays this packet may still pass.</summary>
    public byte Hops
    {
        get => (byte)(low >> HopsShift);
        init => low = (low & ~(0xFFul << HopsShift)) | ((ulong)value << HopsShift);
    }

    public uint Correlation
    {
        get => (uint)high;
        init => high = (high & ~0xFFFF_FFFFul) | value;
    }

    public uint PayloadLength
    {
        get => (uint)(high >> PayloadLengthShift);
        init => high = (uint)high | ((ulong)value << PayloadLengthShift);
    }

    public PayloadCodec Codec => (PayloadCodec)((byte)Flags & PacketRules.CodecMask);

    public bool IsReply => (Flags & PacketFlags.Reply) != 0;

    public bool IsOneWay => (Flags & PacketFlags.OneWay) != 0;

    /// <summary>A packet that is to be answered: neither an answer itself nor one-way.</summary>
    public bool WantsReply => (Flags & (PacketFlags.Reply | PacketFlags.OneWay)) == 0;

    /// <summary>
    /// Header, name and payload. Holds for headers within <see cref="PacketLimits"/>; others may overflow.
    /// </summary>
    public int PacketBytes => BytesCount + NameLength + (int)PayloadLength;

    /// <summary>The header of the same packet on its next connection.</summary>
    public PacketHeader With(byte hops, uint correlation) => this with { Hops = hops, Correlation = correlation };

    /// <summary>The header of an answer to this request: its type and correlation, no name, no payload yet.</summary>
    public PacketHeader ToReply() =>
        new() { Flags = PacketFlags.Reply, Type = Type, Correlation = Correlation };

    /// <summary>Reads 16 bytes without checking one of them; <see cref="PacketFramer"/> checks.</summary>
    public static PacketHeader Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(source),
        BinaryPrimitives.ReadUInt64LittleEndian(source[sizeof(ulong)..]));

    /// <summary>
    /// Writes the header to the first 16 bytes of <paramref name="destination"/>, which must hold them.
    /// </summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination[sizeof(ulong)..], high);
        BinaryPrimitives.WriteUInt64LittleEndian(destination, low);
    }
}
