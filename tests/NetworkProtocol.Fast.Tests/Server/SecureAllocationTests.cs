using System;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>Sealing and opening make no garbage either: a server and a generator in this process, over a socket and a
/// secure session.</summary>
[NonParallelizable]
[CancelAfter(120_000)]
internal sealed class SecureAllocationTests : SecureFixture
{
    [Test]
    public async Task EchoedPackets_OverASecureSession_AllocateNothingEach()
    {
        const int WarmUp = 100_000;
        const int Measured = 1_000_000;
        await using ServerHarness harness = StartServer();
        TransportConnection connection =
            await TransportConnector.ConnectAsync(harness.Endpoint, TransportOptions.Default, CancellationToken.None);
        var generator = new EchoGenerator();
        var options = new SecureClientOptions { Trust = ServerTrust.Pinned(ServerKey.Fingerprint) };
        var link = new PeerLink(harness.Runtime, new LinkOptions(), connection, generator, LinkRole.Initiating)
        {
            Security = new SecureClient(options, harness.Endpoint.ToString()),
        };
        link.Start();
        await generator.RunAsync(link, WarmUp);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await generator.RunAsync(link, Measured);
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        TestContext.Out.WriteLine($"{Measured} packets allocated {allocated} bytes");
        link.CloseAfterFlush(CloseReason.Requested, string.Empty);
        await generator.Closed;
        Assert.That(allocated, Is.LessThan(1_000_000));
        AssertEnded(await Log.NextAsync(), CloseReason.PeerClosed);
    }
}
