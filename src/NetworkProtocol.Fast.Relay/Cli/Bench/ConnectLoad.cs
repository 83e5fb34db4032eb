using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>Links that are opened and closed again, with one request between if asked for.</summary>
internal sealed class ConnectLoad(
    Endpoint target, SessionSecurity? security, LoadShape shape, LinkRuntime runtime, bool asks = false,
    TransportOptions? connecting = null) : VisitLoad(shape)
{
    private static readonly LinkOptions Options = new() { Software = "npfast bench" };

    protected override async Task VisitAsync(LoadMeter meter)
    {
        long start = Stopwatch.GetTimestamp();
        TransportConnection transport = await TransportConnector
            .ConnectAsync(target, connecting ?? TransportOptions.Default, CancellationToken.None)
            .ConfigureAwait(false);
        var visit = new Visit();
        var link = new PeerLink(runtime, Options, transport, visit, LinkRole.Initiating)
        {
            Security = security,
        };
        link.Start();
        await visit.Established.ConfigureAwait(false);
        if (asks)
        {
            var header = new PacketHeader { Type = PacketType.Echo, Correlation = 1 };
            link.TrySend(in header, default, default);
            link.Flush();
            await visit.Answered.ConfigureAwait(false);
        }

        meter.Record(start, Stopwatch.GetTimestamp());
        link.CloseAfterFlush(CloseReason.Requested, string.Empty);
        await visit.Closed.ConfigureAwait(false);
    }

    private sealed class Visit : ILinkSink
    {
        private readonly TaskCompletionSource established =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        private readonly TaskCompletionSource answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task Established => established.Task;

        internal Task Answered => answered.Task;

        internal Task Closed => closed.Task;

        public void OnEstablished(PeerLink link) => established.TrySetResult();

        public Gate? OnPacket(PeerLink link, in PacketView packet, FlushBatch flush)
        {
            if (packet.Header.Type == PacketType.Error)
            {
                answered.TrySetException(new CommandFailedException("a request failed"));
            }
            else if (packet.Header.IsReply)
            {
                answered.TrySetResult();
            }

            return null;
        }

        public void OnDropped(PeerLink link, in PacketHeader header, FlushBatch flush)
        {
            // An empty echo has nothing to drop.
        }

        public void OnDisconnect(PeerLink link, ErrorCode code)
        {
            // It is about to be closed anyway.
        }

        public void OnClosed(PeerLink link, LinkClosed reason)
        {
            var ended = new CommandFailedException($"the connection ended ({reason})");
            established.TrySetException(ended);
            answered.TrySetException(ended);
            closed.TrySetResult();
        }
    }
}
