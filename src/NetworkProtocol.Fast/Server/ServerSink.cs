using System.Threading;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Server;

/// <summary>Takes the packets of a server's links to their targets. Shared by all links; stateless but for the
/// table, which a reload replaces.</summary>
internal sealed class ServerSink(PacketServer server, DispatchTable table) : ILinkSink
{
    // What the log calls a peer that has proved no key.
    private const string Anonymous = "anonymous";

    private DispatchTable table = table;

    /// <summary>Packets from now on go by another table.</summary>
    internal void Replace(DispatchTable other) => Volatile.Write(ref table, other);

    public void OnEstablished(PeerLink link)
    {
        if (link.Identity is { IsAuthorized: true } client)
        {
            ServerLog.EstablishedByClient(server.Logger, link.Connection.Id, link.Connection, client.Name,
                link.Settings.PeerSoftware, client.Fingerprint);
            return;
        }

        ServerLog.Established(
            server.Logger, link.Connection.Id, link.Connection, NameOf(link), link.Settings.PeerSoftware);
    }

    public Gate? OnPacket(PeerLink link, in PacketView packet, FlushBatch flush)
    {
        PacketHeader header = packet.Header;
        if (link.IsDraining && header.WantsReply)
        {
            link.Runtime.Metrics.Routes.None.Count(ErrorCode.ShuttingDown);
            Replies.Refuse(link, in header, flush, ErrorCode.ShuttingDown, "the server is shutting down");
            return null;
        }

        if (header.IsReply)
        {
            // A server asks nothing of its clients, so nothing waits for this.
            link.Runtime.Counters.AddLateReply();
            return null;
        }

        if (Volatile.Read(ref table).Find(in packet) is { } target)
        {
            // Requests are timed from here: the first of a batch looks at the clock for all of them.
            _ = flush.Timestamp;
            return target.Handle(link, in packet, flush);
        }

        if (header.WantsReply)
        {
            link.Runtime.Metrics.Routes.None.Count(ErrorCode.NoRoute);
        }

        bool named = header.Type is PacketType.Custom or PacketType.Echo;
        Replies.Refuse(link, in header, flush,
            named ? ErrorCode.NoRoute : ErrorCode.UnknownType,
            named ? "no route for this name" : "no route for this type number");
        return null;
    }

    public void OnDropped(PeerLink link, in PacketHeader header, FlushBatch flush) =>
        Replies.Refuse(link, in header, flush, ErrorCode.Overloaded, "no memory to receive the payload");

    public void OnDisconnect(PeerLink link, ErrorCode code)
    {
        // The link closes itself when the last reply is on its way.
    }

    public void OnClosed(PeerLink link, LinkClosed reason)
    {
        bool isFault =
            reason.Reason is not (CloseReason.PeerClosed or CloseReason.ShuttingDown or CloseReason.Requested);
        if (!link.IsEstablished || !server.Access.TryWrite(link, reason, isFault))
        {
            if (isFault)
            {
                server.Faults.Note(link, reason);
            }
            else
            {
                ServerLog.Closed(server.Logger, link.Connection.Id, reason, link.AgeMs);
            }
        }

        // Last: with its last link the server has stopped.
        server.OnLinkClosed(link);
    }

    internal static string SessionOf(PeerLink link) =>
        link.Connection is TlsConnection ? "tls" : link.Security is null ? "plain" : "secure";

    internal static string NameOf(PeerLink link) => link.Identity?.Name ?? Anonymous;

    internal static string DescribePeer(PeerLink link) => link.Identity?.Describe() ?? Anonymous;
}
