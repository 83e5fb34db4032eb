using System.Runtime.CompilerServices;

namespace NetworkProtocol.Fast.Packets;

/// <summary>
/// What the header of each type may say, as data: one word a type, so that all types take the same straight path.
/// <code>
/// bits  0-15  permitted values of the flags byte, as a bit set (the value 5 is permitted when bit 5 is set)
/// bits 16-23  longest name
/// bits 24-31  shortest payload
/// bits 32-63  longest payload
/// </code>
/// </summary>
internal static class PacketRules
{
    public const byte CodecMask = 3;

    // The flags byte holds 4 bits; codec 3 (values 3, 7, 11, 15) and Reply with OneWay (12 to 15) have no meaning.
    private const ulong AnyFlags = 0b0000_0111_0111_0111;
    private const ulong NoFlags = 1 << (int)PacketFlags.None;
    private const ulong OneWayOrNone = NoFlags | (1 << (int)PacketFlags.OneWay);
    private const ulong ReplyOnly = 1 << (int)PacketFlags.Reply;
    private const ulong ReplyOrNone = NoFlags | ReplyOnly;

    private const ulong Named = (ulong)PacketLimits.NameBytesMax << 16;
    private const ulong HelloBytesMin = (ulong)PacketLimits.HelloPayloadBytesMin << 24;
    private const ulong CodeBytesMin = (ulong)PacketLimits.CodeBytes << 24;
    private const ulong PingBytesMax = (ulong)PacketLimits.PingPayloadBytesMax << 32;
    private const ulong ControlBytesMax = (ulong)PacketLimits.ControlPayloadBytesMax << 32;
    private const ulong AnyBytesMax = (ulong)PacketLimits.PayloadBytesMax << 32;

    /// <summary>Custom, Subscribe to Publish, the reserved types and the applications' own.</summary>
    private const ulong General = AnyFlags | Named | AnyBytesMax;

    // An array and not a span over constants: unoptimised builds make such a span anew, with garbage, at each use.
    private static readonly ulong[] OfType =
    [
        NoFlags | HelloBytesMin | ControlBytesMax, // Hello
        OneWayOrNone | PingBytesMax, // Ping
        ReplyOnly | PingBytesMax, // Pong
        AnyFlags | AnyBytesMax, // Echo
        NoFlags | CodeBytesMin | ControlBytesMax, // Disconnect
        General, // Custom
        ReplyOrNone | CodeBytesMin | ControlBytesMax, // Error
    ];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ushort type)
    {
        ulong[] rules = OfType;
        return type < rules.Length ? rules[type] : General;
    }

    public static bool AllowsFlags(ulong rule, uint flags) => flags < 16 && ((rule >> (int)flags) & 1) != 0;

    /// <summary>A reply goes back by its correlation, so it has no name whatever its type.</summary>
    public static uint NameBytesMax(ulong rule, uint flags) =>
        (flags & (uint)PacketFlags.Reply) != 0 ? 0u : (byte)(rule >> 16);

    /// <summary>A compressed payload has its uncompressed length at least.</summary>
    public static uint PayloadBytesMin(ulong rule, uint flags) =>
        (flags & CodecMask) != 0 ? PacketLimits.UncompressedLengthBytes : (uint)(byte)(rule >> 24);

    public static uint PayloadBytesMax(ulong rule) => (uint)(rule >> 32);
}
