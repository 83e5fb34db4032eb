namespace NetworkProtocol.Fast.Link;

/// <summary>What has gone over links.</summary>
/// <param name="PacketsReceived">Whole packets handled.</param>
/// <param name="BytesReceived">Bytes off the wire, with the session's own.</param>
/// <param name="PacketsSent">Packets handed to the system, or about to be.</param>
/// <param name="BytesSent">The same in bytes on the wire.</param>
internal readonly record struct LinkTraffic(
    long PacketsReceived, long BytesReceived, long PacketsSent, long BytesSent)
{
    public static LinkTraffic operator +(LinkTraffic a, LinkTraffic b) => new(
        a.PacketsReceived + b.PacketsReceived,
        a.BytesReceived + b.BytesReceived,
        a.PacketsSent + b.PacketsSent,
        a.BytesSent + b.BytesSent);
}
