using System.Threading.Tasks;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Transport;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Link;

/// <summary>A link that is to be secure sends no packet before it has keys, whoever queues one.</summary>
[CancelAfter(60_000)]
internal sealed class SecureClearTests
{
    [Test]
    public async Task Packet_QueuedBeforeThereAreKeys_EndsTheLinkAndDoesNotLeave([Values] bool inBlock)
    {
        using IdentityKey key = IdentityKey.Create();
        await using var harness = new LinkHarness();
        (TransportConnection near, TransportConnection far) = InMemoryTransport.CreatePair();
        var options = new SecureClientOptions { Trust = ServerTrust.Pinned(key.Fingerprint) };
        (PeerLink link, TableSink sink) = harness.Start(
            near, far, new SecureClient(options, "test"), role: LinkRole.Initiating);
        var wire = new OperationWaiter(far);
        await wire.ReceiveAllAsync(new byte[HandshakeLayout.StartOutputBytes]);

        var header = new PacketHeader { Type = PacketType.Echo, Correlation = 1 };
        if (inBlock)
        {
            Assert.That(harness.Pool.TryRent(4_096, out BufferLease lease));
            Assert.That(link.TrySendBlock(lease, 0, 1_000), Is.EqualTo(EnqueueStatus.Done));
        }
        else
        {
            Assert.That(link.TrySend(in header, "secret"u8, default), Is.EqualTo(EnqueueStatus.Done));
        }

        link.Flush();

        LinkClosed closed = await sink.Closed;
        Assert.That(closed.Reason, Is.EqualTo(CloseReason.SystemError));
        Assert.That(closed.Detail, Does.Contain("before the session had keys"));
        byte[] rest = new byte[16];
        TransportResult result = await wire.ReceiveAsync(rest);
        Assert.That(result.Bytes, Is.Zero, "not a byte of it");
    }
}
