using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Link;

/// <summary>A request that has just ended: whoever holds this value is the only one who may answer it.</summary>
/// <param name="Owner">Who asked.</param>
/// <param name="PeerCorrelation">The correlation that the asker chose.</param>
/// <param name="Type">The request's type, which its reply repeats.</param>
/// <param name="Route">Number of the route's meter.</param>
/// <param name="BeganAt">When it came, as <see cref="CorrelationTime"/> has it.</param>
/// <param name="Correlation">The table's own correlation of it.</param>
internal readonly record struct EndedRequest<TOwner>(
    TOwner Owner, uint PeerCorrelation, PacketType Type, ushort Route = 0, uint BeganAt = 0,
    uint Correlation = 0)
    where TOwner : class;
