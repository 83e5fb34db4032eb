using System;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>TLS makes no garbage for a packet: a server and a generator in this process, over a socket.</summary>
[NonParallelizable]
[CancelAfter(120_000)]
internal sealed class TlsAllocationTests : TlsFixture
{
    [Test]
    public async Task EchoedPackets_OverTls_AllocateNothingEach()
    {
        const int WarmUp = 100_000;
        const int Measured = 1_000_000;
        await using ServerHarness harness = Start();
        TransportOptions options = TransportOptions.Default with
        {
            Tls = new TlsConnector(new TlsClientOptions { RootsFile = Files.Roots }),
        };
        TransportConnection connection =
            await TransportConnector.ConnectAsync(harness.Endpoint, options, CancellationToken.None);
        var generator = new EchoGenerator();
        var link = new PeerLink(harness.Runtime, new LinkOptions(), connection, generator, LinkRole.Initiating);
        link.Start();
        await generator.RunAsync(link, WarmUp);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await generator.RunAsync(link, Measured);
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        TestContext.Out.WriteLine($"{Measured} packets allocated {allocated} bytes");
        link.CloseAfterFlush(CloseReason.Requested, string.Empty);
        await generator.Closed;
        Assert.That(allocated, Is.LessThan(1_000_000));
    }
}
