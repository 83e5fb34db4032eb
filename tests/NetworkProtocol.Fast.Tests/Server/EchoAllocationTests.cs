using System;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
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
        var generator = new EchoGenerator();
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
}
