using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Link;

/// <summary>
/// A runtime on a clock of the test's own, and links whose other ends are raw. Closing it closes every link
/// and holds the pool to account: nothing may be leased any more.
/// </summary>
internal sealed class LinkHarness : IAsyncDisposable
{
    private readonly List<(PeerLink Link, TableSink Sink, TransportConnection Far)> links = [];

    internal LinkHarness(long memoryBytes = LinkRuntime.MemoryLimitBytesDefault)
    {
        Time = new ManualTime();
        Runtime = new LinkRuntime(memoryBytes, null, Time.Wheel);
    }

    internal ManualTime Time { get; }

    internal LinkRuntime Runtime { get; }

    internal BufferPool Pool => Runtime.Pool;

    internal long LeasedBytes => Pool.Statistics.LeasedBytes;

    /// <summary>Starts a link over a pair in memory whose pipes hold so many bytes.</summary>
    internal (PeerLink Link, TableSink Sink, RawPeer Peer) Start(
        LinkOptions? options = null, HandlerTable? handlers = null, LinkRole role = LinkRole.Accepting,
        int pipeBytes = InMemoryTransport.BufferBytesDefault)
    {
        (TransportConnection near, TransportConnection far) = InMemoryTransport.CreatePair(pipeBytes);
        (PeerLink link, TableSink sink) = Start(near, far, null, options, handlers, role);
        return (link, sink, new RawPeer(far));
    }

    /// <summary>Starts a link at one end of a pair; closing the harness closes the other end, too.</summary>
    internal (PeerLink Link, TableSink Sink) Start(
        TransportConnection near, TransportConnection far, SessionSecurity? security, LinkOptions? options = null,
        HandlerTable? handlers = null, LinkRole role = LinkRole.Accepting)
    {
        var sink = new TableSink(handlers);
        var link = new PeerLink(Runtime, options ?? new LinkOptions(), near, sink, role) { Security = security };
        links.Add((link, sink, far));
        link.Start();
        return (link, sink);
    }

    /// <summary>The same, with both Hellos exchanged.</summary>
    internal async Task<(PeerLink Link, TableSink Sink, RawPeer Peer)> StartOpenAsync(
        LinkOptions? options = null, HandlerTable? handlers = null, LinkSettings? peerSettings = null,
        LinkRole role = LinkRole.Accepting, int pipeBytes = InMemoryTransport.BufferBytesDefault)
    {
        var started = Start(options, handlers, role, pipeBytes);
        await (role == LinkRole.Accepting
            ? started.Peer.OpenAsync(peerSettings)
            : started.Peer.AcceptAsync(peerSettings));
        await started.Sink.Established;
        return started;
    }

    public async ValueTask DisposeAsync()
    {
        foreach ((PeerLink link, _, _) in links)
        {
            link.Close(CloseReason.Requested, "the test is over");
        }

        foreach ((_, TableSink sink, TransportConnection far) in links)
        {
            // A side that waits for memory goes on at a tick.
            await Eventually.HoldsAsync(() => sink.IsClosed || Tick(), "a closed link says so");
            far.Close();
            Assert.That(sink.ClosedCount, Is.EqualTo(1), "a link ends once");
        }

        await Eventually.HoldsAsync(() => LeasedBytes == 0,
            $"everything leased is returned; left: {string.Join(", ", Pool.OutstandingHolders())}");
        Assert.That(Pool.Statistics.DoubleReturnsTotal, Is.Zero);
        Runtime.Dispose();
    }

    // Always false, for conditions that wait for a link which waits for the clock.
    internal bool Tick()
    {
        Time.Advance(TimerWheel.TickMs);
        return false;
    }
}
