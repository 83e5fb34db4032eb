using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>Links that only live: they answer and send heartbeats. Any of them that ends fails the run.</summary>
internal sealed class IdleLinks(LinkRuntime runtime, Duration heartbeat, SessionSecurity? security) : ILinkSink
{
    // A server takes only so many handshakes of one address at a time.
    private const int OpeningMax = 16;

    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(30);

    private readonly LinkOptions options = new()
    {
        HeartbeatInterval = heartbeat.Span,
        Software = "npfast bench",
    };

    private readonly List<PeerLink> links = [];
    private readonly TaskCompletionSource failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim established = new(0);

    internal async Task OpenAsync(Endpoint target, int count, CancellationToken cancellationToken)
    {
        int opening = 0;
        while (links.Count < count)
        {
            if (opening == OpeningMax)
            {
                await OneEstablishedAsync(cancellationToken).ConfigureAwait(false);
                opening--;
            }

            TransportConnection connection = await TransportConnector
                .ConnectAsync(target, TransportOptions.Default, cancellationToken).ConfigureAwait(false);
            var link = new PeerLink(runtime, options, connection, this, LinkRole.Initiating)
            {
                Security = security,
            };
            links.Add(link);
            link.Start();
            opening++;
        }

        for (; opening > 0; opening--)
        {
            await OneEstablishedAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task OneEstablishedAsync(CancellationToken cancellationToken)
    {
        Task next = established.WaitAsync(OpenTimeout, cancellationToken);
        await (await Task.WhenAny(next, failed.Task).ConfigureAwait(false)).ConfigureAwait(false);
    }

    /// <summary>Waits while every link must live.</summary>
    internal async Task LiveAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        Task delay = Task.Delay(time, cancellationToken);
        await (await Task.WhenAny(delay, failed.Task).ConfigureAwait(false)).ConfigureAwait(false);
    }

    internal void Close()
    {
        foreach (PeerLink link in links)
        {
            link.Close(CloseReason.Requested, string.Empty);
        }
    }

    void ILinkSink.OnEstablished(PeerLink link) => established.Release();

    Gate? ILinkSink.OnPacket(PeerLink link, in PacketView packet, FlushBatch flush) => null;

    void ILinkSink.OnDropped(PeerLink link, in PacketHeader header, FlushBatch flush)
    {
        // Heartbeats have no payload, so nothing is dropped.
    }

    void ILinkSink.OnDisconnect(PeerLink link, ErrorCode code)
    {
        // The end of the link follows.
    }

    void ILinkSink.OnClosed(PeerLink link, LinkClosed reason) =>
        failed.TrySetException(new CommandFailedException($"an idle link ended ({reason})"));
}
