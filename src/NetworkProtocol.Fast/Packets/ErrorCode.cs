namespace NetworkProtocol.Fast.Packets;

/// <summary>Why a request failed or a connection ended. The numbers are on the wire and never change.</summary>
public enum ErrorCode : ushort
{
    /// <summary>No error: an ordinary <see cref="PacketType.Disconnect"/>.</summary>
    None = 0,

    /// <summary>The bytes break the protocol.</summary>
    Malformed = 1,

    /// <summary>The packet's version is not spoken here.</summary>
    UnsupportedVersion = 2,

    /// <summary>A length is over the negotiated or fixed maximum.</summary>
    TooLarge = 3,

    /// <summary>The packet's type has no meaning here.</summary>
    UnknownType = 4,

    /// <summary>No route or handler takes the packet's name or number.</summary>
    NoRoute = 5,

    /// <summary>The route's upstream has no usable link.</summary>
    NoUpstream = 6,

    /// <summary>No reply came before the deadline.</summary>
    Timeout = 7,

    /// <summary>A limit of requests or memory is reached; trying again later may help.</summary>
    Overloaded = 8,

    /// <summary>The packet passed as many relays as it was allowed to.</summary>
    HopLimit = 9,

    /// <summary>The peer may not do this.</summary>
    Unauthorized = 10,

    /// <summary>The handler of the request failed.</summary>
    HandlerFailed = 11,

    /// <summary>This side is closing down and takes no new requests.</summary>
    ShuttingDown = 12,

    /// <summary>The peer does not read what is sent to it.</summary>
    SlowConsumer = 13,

    /// <summary>The payload does not decompress to the size it declares, or may not be decompressed.</summary>
    DecompressionFailed = 14,

    /// <summary>A fault of this side that is none of the others.</summary>
    Internal = 15,
}
