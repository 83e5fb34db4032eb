namespace NetworkProtocol.Fast.Packets;

/// <summary>
/// The kind of a packet. 10 to 255 are reserved and answered with <see cref="ErrorCode.UnknownType"/>;
/// 256 to 65535 belong to applications.
/// </summary>
public enum PacketType : ushort
{
    /// <summary>The first packet of each side: its settings.</summary>
    Hello = 0,

    /// <summary>Asks for a <see cref="Pong"/> with the same payload.</summary>
    Ping = 1,

    /// <summary>Answers a <see cref="Ping"/>.</summary>
    Pong = 2,

    /// <summary>Asks for its own payload back.</summary>
    Echo = 3,

    /// <summary>Announces that the sender makes no new requests and will close.</summary>
    Disconnect = 4,

    /// <summary>An application's request or reply, routed by name.</summary>
    Custom = 5,

    /// <summary>Refuses a request, or reports a fault of the connection.</summary>
    Error = 6,

    /// <summary>Asks for the publications of a topic.</summary>
    Subscribe = 7,

    /// <summary>Ends a subscription.</summary>
    Unsubscribe = 8,

    /// <summary>Publishes to a topic.</summary>
    Publish = 9,
}
