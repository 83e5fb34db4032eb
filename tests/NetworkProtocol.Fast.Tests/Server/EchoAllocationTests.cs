using System;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>The steady state makes no garbage: a server and a generator in this process, over a socket.</summary>
[NonParallelizable]
[CancelAfter(60_000)]
internal sealed class EchoAllocationTests
{
    [Test]
    public async Task EchoedPackets_AfterWarmUp_AllocateNothingEach()
    {
        const int WarmUp = 50_000;
        const int Measured = 200_000;
        await using var harness = new ServerHarness();
        TransportConnection connection =
            await TransportConnector.ConnectAsync(harness.Endpoint, TransportOptions.Default, CancellationToken.None);
        var generator = new Generator();
        var link = new PeerLink(harness.Runtime, new LinkOptions(), connection, generator, LinkRole.Initiating);
        link.Start();
        await generator.RunAsync(link, WarmUp);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await generator.RunAsync(link, Measured);
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        link.CloseAfterFlush(CloseReason.Requested, string.Empty);
        await generator.Closed;
        Assert.That(allocated, Is.LessThan(100_000), $"{Measured} packets");
    }

    /// <summary>Keeps 64 echoes of 64 bytes in flight until as many as wanted have come back.</summary>
    private sealed class Generator : ILinkSink
    {
        private const int InFlight = 64;

        private readonly byte[] payload = new byte[64];
        private readonly TaskCompletionSource established = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int toSend;
        private int toCome;

        internal Task Closed => closed.Task;

        internal async Task RunAsync(PeerLink link, int packets)
        {
            await established.Task;
            done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref toCome, packets);
            Volatile.Write(ref toSend, packets - InFlight);
            for (uint i = 1; i <= InFlight; i++)
            {
                Send(link, i);
            }

            link.Flush();
            await done.Task;
        }

        public void OnEstablished(PeerLink link) => established.TrySetResult();

        public Gate? OnPacket(PeerLink link, in PacketView packet, FlushBatch flush)
        {
            if (Interlocked.Decrement(ref toSend) >= 0)
            {
                Send(link, packet.Header.Correlation);
                flush.Add(link);
            }

            if (Interlocked.Decrement(ref toCome) == 0)
            {
                done.TrySetResult();
            }

            return null;
        }

        public void OnDropped(PeerLink link, in PacketHeader header, FlushBatch flush)
        {
        }

        public void OnDisconnect(PeerLink link, ErrorCode code)
        {
        }

        public void OnClosed(PeerLink link, LinkClosed reason) => closed.TrySetResult();

        private void Send(PeerLink link, uint correlation)
        {
            var header = new PacketHeader { Type = PacketType.Echo, Correlation = correlation };
            link.TrySend(in header, default, payload);
        }
    }
}
