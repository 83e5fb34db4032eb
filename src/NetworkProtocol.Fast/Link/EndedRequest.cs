using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Link;

/// <summary>A request that has just ended: whoever holds this value is the only one who may answer it.</summary>
/// <param name="Owner">Who asked.</param>
/// <param name="PeerCorrelation">The correlation that the asker chose.</param>
/// <param name="Type">The request's type, which its reply repeats.</param>
internal readonly record struct EndedRequest<TOwner>(TOwner Owner, uint PeerCorrelation, PacketType Type)
    where TOwner : class;
