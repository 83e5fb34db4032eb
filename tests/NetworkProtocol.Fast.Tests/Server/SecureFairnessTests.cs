using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Link;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>Handshakes, which cost a thousand times what a packet does, stand in nobody's way.</summary>
[CancelAfter(60_000)]
internal sealed class SecureFairnessTests : SecureFixture
{
    private const int Handshakes = 200;

    [Test]
    public async Task EstablishedSession_WhileHandshakesAreQueued_IsAnsweredBeforeTheyAre()
    {
        await using ServerHarness harness = StartServer(Roomy);
        HandshakeWorkers workers = harness.Server.Security!.Workers;
        await using PacketClient client = await harness.ConnectAsync(Pinned());
        await EchoAsync(client);

        // Every thread that handshakes may have is taken, so that all of them are queued at the same time.
        using var release = new ManualResetEventSlim();
        var blockers = new Blocker[workers.Concurrency];
        for (int i = 0; i < blockers.Length; i++)
        {
            blockers[i] = new Blocker(release);
            Assert.That(workers.TryQueue(blockers[i]));
        }

        await Eventually.HoldsAsync(() => workers.Waiting == 0);
        SecureRawPeer[] peers = await BeginAsync(harness);
        await Eventually.HoldsAsync(() => workers.Waiting == Handshakes);
        for (int i = 0; i < 100; i++)
        {
            await EchoAsync(client, i * 100);
        }

        Assert.That(workers.Waiting, Is.EqualTo(Handshakes), "not one of them was done meanwhile");
        release.Set();
        foreach (SecureRawPeer peer in peers)
        {
            Assert.That(await peer.TryFinishAsync());
            peer.Dispose();
        }

        await AssertHonestEchoAsync(harness);
    }

    private static SecureServerOptions Roomy(SecureServerOptions options) =>
        options with { Limits = new HandshakeLimitOptions { PerAddressMax = 1_024 } };

    private static async Task<SecureRawPeer[]> BeginAsync(ServerHarness harness)
    {
        var peers = new SecureRawPeer[Handshakes];
        for (int i = 0; i < Handshakes; i++)
        {
            peers[i] = await SecureRawPeer.ConnectAsync(harness.Endpoint);
        }

        byte[][] firsts = [.. peers.Select(static peer => peer.Begin())];
        await Task.WhenAll(peers.Zip(firsts, static (peer, first) => peer.SendAsync(first)));
        return peers;
    }

    private sealed class Blocker(ManualResetEventSlim release) : IThreadPoolWorkItem
    {
        public void Execute() => release.Wait();
    }
}
