using System;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Tests.Acceptance;

/// <summary>
/// Keeps a fixed number of requests in flight on one link and allocates nothing: each reply is answered with the next
/// request in the same batch.
/// </summary>
internal sealed class PacketGenerator : ILinkSink
{
    private readonly TaskCompletionSource established = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] payload = new byte[64];
    private readonly PeerLink link;
    private PacketHeader header;
    private byte[] name = [];
    private long replies;
    private long errors;
    private long until;

    private PacketGenerator(TransportConnection connection, LinkRuntime runtime) =>
        link = new PeerLink(runtime, new LinkOptions(), connection, this, LinkRole.Initiating);

    internal long Replies => Volatile.Read(ref replies);

    internal long Errors => Volatile.Read(ref errors);

    internal static async Task<PacketGenerator> ConnectAsync(Endpoint endpoint, LinkRuntime runtime)
    {
        TransportConnection connection =
            await TransportConnector.ConnectAsync(endpoint, TransportOptions.Default, CancellationToken.None);
        var generator = new PacketGenerator(connection, runtime);
        generator.link.Start();
        await generator.established.Task;
        return generator;
    }

    /// <summary>Starts <paramref name="inFlight"/> requests; they go on until <paramref name="count"/> were answered.</summary>
    internal void Begin(PacketType type, byte[] packetName, int inFlight, long count)
    {
        header = new PacketHeader { Type = type };
        name = packetName;
        Volatile.Write(ref until, Replies + count - inFlight);
        for (uint i = 1; i <= inFlight; i++)
        {
            link.TrySend(header with { Correlation = i }, name, payload);
        }

        link.Flush();
    }

    public void OnEstablished(PeerLink link) => established.SetResult();

    public Gate? OnPacket(PeerLink link, in PacketView packet, FlushBatch flush)
    {
        if (packet.Header.Type == PacketType.Error)
        {
            Volatile.Write(ref errors, errors + 1);
        }

        if (replies < Volatile.Read(ref until))
        {
            link.TrySend(header with { Correlation = packet.Header.Correlation }, name, payload);
            flush.Add(link);
        }

        Volatile.Write(ref replies, replies + 1);
        return null;
    }

    public void OnDropped(PeerLink link, in PacketHeader dropped, FlushBatch flush)
    {
    }

    public void OnDisconnect(PeerLink link, ErrorCode code)
    {
    }

    public void OnClosed(PeerLink link, LinkClosed reason) =>
        established.TrySetException(new InvalidOperationException(reason.ToString()));

    internal void Close() => link.Close(CloseReason.Requested, string.Empty);
}
