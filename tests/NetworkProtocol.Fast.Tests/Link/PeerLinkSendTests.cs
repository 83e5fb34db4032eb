using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Link;

/// <summary>Many threads send on one link, which keeps changing hands.</summary>
[CancelAfter(120_000)]
internal sealed class PeerLinkSendTests
{
    [Test]
    public async Task Packets_OfManyThreads_ArriveOnceWholeAndInEachThreadsOrder()
    {
        const int Threads = 4;
        const int Packets = 40_000;
        int seed = Environment.TickCount;
        TestContext.Out.WriteLine($"seed {seed}");
        await using var harness = new LinkHarness();

        // The smallest ring wraps all the time, with padding of every size.
        var options = new LinkOptions { SendRingBytes = 16 << 10, RequestsInFlightMax = 16 };
        (PeerLink link, _, RawPeer peer) = await harness.StartOpenAsync(options);
        Task[] senders = [.. Enumerable.Range(0, Threads).Select(thread => OwnThread.Run(() =>
        {
            var random = new Random(seed + thread);
            byte[] payload = new byte[2_000];
            for (int i = 0; i < Packets; i++)
            {
                int bytes = 8 + random.Next(random.Next(10) == 0 ? 1_900 : 60);
                BitConverter.TryWriteBytes(payload, ((long)thread << 32) | (uint)i);
                payload.AsSpan(8, bytes - 8).Fill((byte)i);
                var header = new PacketHeader { Type = PacketType.Echo, Flags = PacketFlags.OneWay };
                while (link.IsHigh || link.TrySend(in header, default, payload.AsSpan(0, bytes)) != EnqueueStatus.Done)
                {
                    Thread.Yield();
                }

                link.Flush();
            }
        }))];
        int[] next = new int[Threads];
        for (int received = 0; received < Threads * Packets;)
        {
            RawPacket packet = await peer.PacketAsync();
            if (packet.Type != PacketType.Echo)
            {
                continue;
            }

            received++;
            long stamp = BitConverter.ToInt64(packet.Payload);
            int thread = (int)(stamp >> 32);
            int number = (int)stamp;
            if (number != next[thread]++ || packet.Payload.AsSpan(8).IndexOfAnyExcept((byte)number) >= 0)
            {
                Assert.Fail($"thread {thread} sent {next[thread] - 1}, packet {number} came");
            }
        }

        await Task.WhenAll(senders);
        await Eventually.HoldsAsync(() => link.QueuedBytes == 0, "all is sent");
    }
}
