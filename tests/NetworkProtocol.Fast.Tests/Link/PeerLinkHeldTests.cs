using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Link;

/// <summary>Batches that write straight into the block that is sent next. Closing the harness holds the pool to
/// account.</summary>
[CancelAfter(60_000)]
internal sealed class PeerLinkHeldTests
{
    private const int BatchLinksMax = 128;

    private LinkHarness harness = null!;
    private SecureServer security = null!;
    private IdentityKey key = null!;

    [SetUp]
    public void Open()
    {
        harness = new LinkHarness();
        key = IdentityKey.Create();
        security = new SecureServer(new SecureServerOptions { Identity = key }, harness.Time);
    }

    [TearDown]
    public async Task CloseAsync()
    {
        await harness.DisposeAsync();
        security.Dispose();
        key.Dispose();
    }

    [Test]
    public async Task Batch_ThatIsFullWhenItNotesTheLink_LosesNothing()
    {
        (PeerLink link, _, RawPeer peer) = await harness.StartOpenAsync();
        var others = new List<PeerLink>();
        for (int i = 1; i < BatchLinksMax; i++)
        {
            others.Add((await harness.StartOpenAsync()).Link);
        }

        InBatch(batch =>
        {
            // Noted, and then noted by another thread, so that it counts as not noted here.
            batch.Add(link);
            OnOtherThread(() => InBatch(other => Send(link, 1, 10, other)));
            others.ForEach(batch.Add);
            Send(link, 2, 10, batch);
            Send(link, 3, 10, batch);
        });

        for (uint i = 1; i <= 3; i++)
        {
            Assert.That((await peer.PacketAsync()).Correlation, Is.EqualTo(i));
        }
    }

    [Test]
    public async Task Packets_OfEverySizeAndSeveralThreads_ComeOnceAndInOrder([Values] bool secure)
    {
        const int Threads = 3;
        const uint Each = 2_000;
        (PeerLink link, Func<Task<RawPacket>> read) = await OpenAsync(secure);
        Thread[] threads =
            [.. Enumerable.Range(0, Threads).Select(t => new Thread(() => SendMany(link, (uint)t, Each)))];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        uint[] next = new uint[Threads];
        for (int i = 0; i < Threads * Each; i++)
        {
            RawPacket packet = await read();
            uint thread = packet.Correlation / Each;
            Assert.That(packet.Correlation % Each, Is.EqualTo(next[thread]++), $"thread {thread}");
            Assert.That(packet.Payload, Has.Length.EqualTo(SizeOf(packet.Correlation))
                .And.All.EqualTo((byte)packet.Correlation));
        }

        Array.ForEach(threads, static thread => thread.Join());
    }

    [Test]
    public async Task Flush_ByTheThreadThatHolds_SendsAtOnce([Values] bool secure)
    {
        (PeerLink link, Func<Task<RawPacket>> read) = await OpenAsync(secure);
        InBatch(batch =>
        {
            Send(link, 1, 10, batch);
            link.TrySend(HeaderOf(2), default, "pushed"u8);
            link.Flush();
            for (uint i = 1; i <= 2; i++)
            {
                Assert.That(read().WaitAsync(TimeSpan.FromSeconds(20)).GetAwaiter().GetResult().Correlation,
                    Is.EqualTo(i));
            }

            Send(link, 3, 10, batch);
        });
        Assert.That((await read()).Correlation, Is.EqualTo(3));
    }

    [Test]
    public async Task Close_WhileHeld_ReturnsTheBlock([Values] bool atOnce, [Values] bool secure)
    {
        (PeerLink link, Func<Task<RawPacket>> read) = await OpenAsync(secure);
        InBatch(batch =>
        {
            Send(link, 1, 10, batch);
            if (atOnce)
            {
                OnOtherThread(() => link.Close(CloseReason.Requested, "now"));
                Assert.That(
                    link.TrySendInBatch(HeaderOf(2), default, "x"u8, batch), Is.EqualTo(EnqueueStatus.Closed));
            }
            else
            {
                OnOtherThread(() => link.CloseAfterFlush(CloseReason.Requested, "then"));
            }
        });
        if (!atOnce)
        {
            Assert.That((await read()).Correlation, Is.EqualTo(1), "what was written before is still sent");
        }

        await Eventually.HoldsAsync(() => !link.IsOpen);
    }

    [Test]
    public async Task Packets_WithoutMemoryForABlock_ComeOnceThereIsSome()
    {
        (PeerLink link, Func<Task<RawPacket>> read) = await OpenAsync(secure: false);

        // The ring has its memory already; what is left goes to others.
        Send(link, 0);
        Assert.That((await read()).Correlation, Is.Zero);
        var taken = new Stack<BufferLease>();
        foreach (int bytes in new[] { 1 << 20, 64 << 10, 4 << 10 })
        {
            while (harness.Pool.TryRentToSend(bytes, out BufferLease lease))
            {
                taken.Push(lease);
            }
        }

        EnqueueStatus status = EnqueueStatus.Done;
        InBatch(batch => status = link.TrySendInBatch(HeaderOf(1), default, "later"u8, batch));
        while (taken.TryPop(out BufferLease lease))
        {
            lease.Return();
        }

        if (status == EnqueueStatus.Done)
        {
            Task<RawPacket> packet = read();
            await Eventually.HoldsAsync(() => packet.IsCompleted || harness.Tick());
            Assert.That((await packet).Correlation, Is.EqualTo(1));
        }
        else
        {
            Assert.That(status, Is.EqualTo(EnqueueStatus.NoMemory), "or its sender hears of it");
        }
    }

    private static void InBatch(Action<FlushBatch> act)
    {
        FlushBatch batch = FlushBatch.Enter(0, receiver: null);
        act(batch);
        batch.Leave();
    }

    private static void OnOtherThread(Action act)
    {
        var thread = new Thread(() => act());
        thread.Start();
        thread.Join();
    }

    private static PacketHeader HeaderOf(uint correlation) =>
        new() { Type = PacketType.Echo, Correlation = correlation, Flags = PacketFlags.Reply };

    private static void Send(PeerLink link, uint correlation)
    {
        Assert.That(link.TrySend(HeaderOf(correlation), default, default), Is.EqualTo(EnqueueStatus.Done));
        link.Flush();
    }

    private static void Send(PeerLink link, uint correlation, int bytes, FlushBatch batch)
    {
        byte[] payload = new byte[bytes];
        Array.Fill(payload, (byte)correlation);
        EnqueueStatus status;
        while ((status = link.TrySendInBatch(HeaderOf(correlation), default, payload, batch)) == EnqueueStatus.Full)
        {
            link.Flush();
            Thread.Yield();
        }

        Assert.That(status, Is.EqualTo(EnqueueStatus.Done));
    }

    // Small ones, and now and then one that has a block to itself.
    private static int SizeOf(uint correlation) => correlation % 97 == 0 ? 40_000 : (int)(correlation % 1_500);

    private static void SendMany(PeerLink link, uint thread, uint count)
    {
        for (uint sent = 0; sent < count;)
        {
            uint batchEnd = Math.Min(count, sent + 1 + (sent % 50));
            InBatch(batch =>
            {
                for (; sent < batchEnd; sent++)
                {
                    uint correlation = (thread * count) + sent;
                    Send(link, correlation, SizeOf(correlation), batch);
                }
            });
        }
    }

    private async Task<(PeerLink Link, Func<Task<RawPacket>> Read)> OpenAsync(bool secure)
    {
        if (!secure)
        {
            (PeerLink plain, _, RawPeer peer) = await harness.StartOpenAsync();
            return (plain, peer.PacketAsync);
        }

        (TransportConnection near, TransportConnection far) = InMemoryTransport.CreatePair();
        (PeerLink link, TableSink sink) = harness.Start(near, far, security);
        var session = new SecureRawPeer(far);
        await session.OpenAsync(now: ManualTime.Origin);
        await sink.Established;
        return (link, session.PacketAsync);
    }
}
