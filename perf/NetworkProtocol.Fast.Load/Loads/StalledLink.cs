using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Relay.Cli;
using NetworkProtocol.Fast.Relay.Cli.Bench;

namespace NetworkProtocol.Fast.Loading.Loads;

/// <summary>A link that asks as fast as it may and reads nothing behind the first reply.</summary>
internal sealed class StalledLink(LoadRun run, PacketName name, byte[] payload)
    : LoadLink(run, payload, RequestsMax)
{
    private const int RequestsMax = 1024;

    private readonly byte[] payload = payload;
    private readonly byte[] utf8 = name.Utf8;

    /// <summary>Requests that were handed to the link.</summary>
    internal int Sent { get; private set; }

    /// <summary>Sends as many as its queue takes.</summary>
    internal void SendMore()
    {
        while (Sent < RequestsMax)
        {
            var header = new PacketHeader { Type = name.Type, Correlation = (uint)Sent + 1 };
            if (Link.TrySend(in header, utf8, payload) != EnqueueStatus.Done)
            {
                break;
            }

            Sent++;
        }

        Link.Flush();
    }

    public override Gate? OnPacket(PeerLink from, in PacketView packet, FlushBatch flush) =>
        packet.Header.IsReply ? Shut.Gate : null;

    private sealed class Shut : Gate
    {
        internal static Shut Gate { get; } = new();

        internal override bool IsReady => false;
    }
}
