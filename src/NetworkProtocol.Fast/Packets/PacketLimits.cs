namespace NetworkProtocol.Fast.Packets;

/// <summary>
/// The numbers of the protocol, as docs/PROTOCOL.md states them. Both sides rely on them; none is a tuning value.
/// </summary>
internal static class PacketLimits
{
    /// <summary>No payload is longer, whatever a side announces: 16 MiB.</summary>
    public const uint PayloadBytesMax = 16 * 1024 * 1024;

    /// <summary>
    /// The smallest maximum a side may announce, so that every control packet fits every connection.
    /// </summary>
    public const uint PayloadBytesMaxLeast = ControlPayloadBytesMax;

    /// <summary>Hello, Error and Disconnect stay within this, so that they need no negotiation.</summary>
    public const uint ControlPayloadBytesMax = 1024;

    /// <summary>A Ping or Pong payload.</summary>
    public const uint PingPayloadBytesMax = 64;

    /// <summary>A Hello without a software name: 4 + 2 + 4 + 4 + 1.</summary>
    public const uint HelloPayloadBytesMin = 15;

    /// <summary>The code in front of the text of an Error or Disconnect.</summary>
    public const int CodeBytes = 2;

    /// <summary>The text of an Error or Disconnect: what the code leaves of a control payload.</summary>
    public const int TextBytesMax = (int)ControlPayloadBytesMax - CodeBytes;

    /// <summary>A name, or a string with a length byte in front.</summary>
    public const int NameBytesMax = 255;

    /// <summary>Header, longest name and longest payload: no packet is longer.</summary>
    public const int PacketBytesMax = PacketHeader.BytesCount + NameBytesMax + (int)PayloadBytesMax;

    /// <summary>Relays a packet may pass when its sender has no wish of its own.</summary>
    public const byte HopsInitial = 16;

    /// <summary>The first type number that belongs to applications.</summary>
    public const ushort RegisteredTypeMin = 256;

    /// <summary>A shorter announced interval counts as this, so that no peer can order a flood of pings.</summary>
    public const uint HeartbeatIntervalMsMin = 100;

    /// <summary>A longer announced interval counts as this: one hour.</summary>
    public const uint HeartbeatIntervalMsMax = 3_600_000;

    /// <summary>A side that heard nothing for this many intervals takes the peer for dead.</summary>
    public const int HeartbeatIntervalsUntilDead = 3;

    /// <summary>A larger announced number of requests in flight counts as this.</summary>
    public const uint RequestsInFlightMax = 1024 * 1024;

    /// <summary>The uncompressed length in front of compressed bytes.</summary>
    public const int UncompressedLengthBytes = 4;

    /// <summary>
    /// Compressed bytes may inflate to this many times their number plus <see cref="InflateAllowanceBytes"/>. LZ4
    /// stays below 255 by construction; Zstd goes beyond only for payloads that are little else than one repeated
    /// pattern.
    /// </summary>
    public const uint InflateRatioMax = 1024;

    /// <summary>What may be inflated from however few bytes: 64 KiB.</summary>
    public const uint InflateAllowanceBytes = 64 * 1024;

    /// <summary>The window a Zstd frame may ask for: as much as the longest payload.</summary>
    public const ulong ZstdWindowBytesMax = PayloadBytesMax;
}
