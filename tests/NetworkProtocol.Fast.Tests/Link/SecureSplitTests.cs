using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Transport;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Link;

/// <summary>However the bytes of a conversation arrive, and however its packets lie in records, the packets are the
/// same.</summary>
[CancelAfter(120_000)]
internal sealed class SecureSplitTests
{
    private static readonly int[] conversation = [0, 1, 64, 300, 5_000, 33_000, 70_000];

    private IdentityKey serverKey = null!;
    private IdentityKey clientKey = null!;

    [OneTimeSetUp]
    public void MakeKeys()
    {
        serverKey = IdentityKey.Create();
        clientKey = IdentityKey.Create();
    }

    [OneTimeTearDown]
    public void ReleaseKeys()
    {
        serverKey.Dispose();
        clientKey.Dispose();
    }

    [Test]
    public async Task Conversation_ByteByByte_IsTheSame([Values] bool authenticates)
    {
        await using var harness = new LinkHarness();
        using SecureServer security = Security(harness);
        await ConverseAsync(
            harness, security, SlicedConnection.ByteByByte, SlicedConnection.ByteByByte, authenticates, conversation);
    }

    [Test]
    public async Task Conversation_SplitAnywhereInItsBeginning_IsTheSame([Values] bool authenticates)
    {
        await using var harness = new LinkHarness();
        using SecureServer security = Security(harness);

        // The handshake, both Hellos, and the first echoes; each direction is cut at the same offset of its own.
        for (int offset = 1; offset < 520; offset++)
        {
            Func<int, int> cut = SlicedConnection.CutAt(offset);
            await ConverseAsync(harness, security, cut, cut, authenticates, [0, 64]);
        }
    }

    [Test]
    public async Task Conversation_InRandomPieces_IsTheSame([Values] bool authenticates)
    {
        int seed = Environment.TickCount;
        TestContext.Out.WriteLine($"seed {seed}");
        await using var harness = new LinkHarness();
        using SecureServer security = Security(harness);
        for (int i = 0; i < 20; i++)
        {
            var near = new Random(seed + i);
            var far = new Random(seed - i);
            await ConverseAsync(harness, security, _ => near.Next(1, 3_000), _ => far.Next(1, 3_000), authenticates,
                conversation);
        }
    }

    [Test]
    public async Task Packets_ManyInARecordAndManyRecordsInAReceive_AreAllAnswered()
    {
        byte[][] payloads = [.. Enumerable.Range(0, 200).Select(static i => Bytes(i, i))];
        await CheckPackedAsync(payloads, static _ => 700, recordsAtOnce: 64);
    }

    [Test]
    public async Task Packet_SpreadOverManyRecords_IsAnswered([Values(1, 15, 17, 4_096)] int recordBytes)
    {
        byte[][] payloads = [Bytes(1, recordBytes == 1 ? 300 : 5_000), Bytes(2, recordBytes == 1 ? 0 : 40_000)];
        await CheckPackedAsync(payloads, _ => recordBytes, recordsAtOnce: 8);
    }

    [Test]
    public async Task LargePacket_WhoseRecordHoldsTheNextOnes_TakesNothingOfThem()
    {
        // The record that ends the large packet begins the following ones, which end in the record after it.
        byte[][] payloads = [Bytes(1, 100_000), Bytes(2, 10), Bytes(3, 200_000), Bytes(4, 0), Bytes(5, 33_000)];
        await CheckPackedAsync(payloads, static _ => RecordLayout.PlaintextBytesMax, recordsAtOnce: 1);
        await CheckPackedAsync(payloads, static _ => RecordLayout.PlaintextBytesMax, recordsAtOnce: 4);
        await CheckPackedAsync(payloads, static _ => 50_000, recordsAtOnce: 3);
    }

    [Test]
    public async Task Packets_InRandomRecords_AreAllAnswered()
    {
        int seed = Environment.TickCount;
        TestContext.Out.WriteLine($"seed {seed}");
        for (int round = 0; round < 10; round++)
        {
            var random = new Random(seed + round);
            byte[][] payloads = [.. Enumerable.Range(0, 60).Select(i => Bytes(i, random.Next(8) switch
            {
                0 => random.Next(200_000),
                1 => random.Next(32_700, 32_900),
                _ => random.Next(500),
            }))];
            await CheckPackedAsync(payloads, _ => random.Next(4) switch
            {
                0 => random.Next(1, 20),
                1 => RecordLayout.PlaintextBytesMax - random.Next(3),
                _ => random.Next(1, RecordLayout.PlaintextBytesMax),
            }, random.Next(1, 10));
        }
    }

    private SecureServer Security(LinkHarness harness) =>
        new(new SecureServerOptions { Identity = serverKey }, harness.Time);

    private static byte[] Bytes(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private async Task ConverseAsync(LinkHarness harness, SecureServer security, Func<int, int> nearAt,
        Func<int, int> farAt, bool authenticates, int[] sizes)
    {
        (TransportConnection near, TransportConnection far) = InMemoryTransport.CreatePair();
        (_, TableSink sink) = harness.Start(new SlicedConnection(near, nearAt), far, security);
        var options = new ClientOptions
        {
            Secure = new SecureClientOptions
            {
                Trust = ServerTrust.Pinned(serverKey.Fingerprint),
                Identity = authenticates ? clientKey : null,
            },
        };
        TransportConnection sliced = new SlicedConnection(far, farAt);
        await using (PacketClient client = await PacketClient.OpenAsync(_ => Task.FromResult(sliced),
            harness.Runtime, options, new SecureClient(options.Secure, "memory"), CancellationToken.None))
        {
            Task<PacketReply>[] replies =
                [.. sizes.Select(bytes => client.RequestAsync("ECHO", Bytes(bytes, bytes)).AsTask())];
            for (int i = 0; i < sizes.Length; i++)
            {
                using PacketReply reply = await replies[i];
                Assert.That(reply.Payload.Span.SequenceEqual(Bytes(sizes[i], sizes[i])), $"reply {i}");
            }
        }

        Assert.That((await sink.Closed).Reason, Is.EqualTo(CloseReason.PeerClosed));
    }

    // Echoes, packed into records of the sizes given, so many of them in one send.
    private async Task CheckPackedAsync(byte[][] payloads, Func<int, int> nextRecordBytes, int recordsAtOnce)
    {
        await using var harness = new LinkHarness();
        using SecureServer security = Security(harness);
        (TransportConnection near, TransportConnection far) = InMemoryTransport.CreatePair();
        (_, TableSink sink) = harness.Start(near, far, security);
        using var peer = new SecureRawPeer(far);
        await peer.OpenAsync(now: ManualTime.Origin);
        byte[] all = [.. payloads.SelectMany(static (payload, i) => RawPacket.Echo((uint)i + 1, payload))];
        Task<List<RawPacket>> receiving = ReceiveAsync(peer, payloads.Length);
        var batch = new List<byte>();
        int records = 0;
        for (int at = 0; at < all.Length; records++)
        {
            int bytes = Math.Min(nextRecordBytes(records), all.Length - at);
            batch.AddRange(peer.Seal(all.AsSpan(at, bytes)));
            at += bytes;
            if (records % recordsAtOnce == recordsAtOnce - 1 || at == all.Length)
            {
                await peer.SendAsync(batch.ToArray());
                batch.Clear();
            }
        }

        List<RawPacket> replies = await receiving;
        for (int i = 0; i < payloads.Length; i++)
        {
            Assert.That(replies[i].Correlation, Is.EqualTo((uint)i + 1));
            Assert.That(replies[i].Payload.AsSpan().SequenceEqual(payloads[i]), $"reply {i}");
        }

        await peer.SendSealedAsync(RawPacket.Disconnect(default));
        peer.ShutdownSend();
        Assert.That((await sink.Closed).Reason, Is.EqualTo(CloseReason.PeerClosed));
    }

    private static async Task<List<RawPacket>> ReceiveAsync(SecureRawPeer peer, int packets)
    {
        var received = new List<RawPacket>();
        while (received.Count < packets)
        {
            received.Add(await peer.PacketAsync());
        }

        return received;
    }
}
