using System;
using System.Collections.Generic;
using System.Net.Sockets;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Link;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Tests.Transport;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>Peers that send a byte a second are cut at the limit, and others do not notice them.</summary>
[CancelAfter(60_000)]
internal sealed class SecureDripTests : SecureFixture
{
    private static readonly LinkOptions limits = new()
    {
        HandshakeTimeout = TimeSpan.FromSeconds(5),
        SlowPeerTimeout = TimeSpan.FromSeconds(10),
        HeartbeatInterval = TimeSpan.FromMinutes(10),
    };

    [TestCase(0)]
    [TestCase(HandshakeLayout.OpeningBytes)]
    [TestCase(HandshakeLayout.StartOutputBytes - 10)]
    public async Task Handshake_DrippedFromSomewhere_EndsAtTheHandshakeLimit(int sentAtOnce)
    {
        await using ServerHarness harness = StartServer(link: limits, manualTime: true);
        using SecureRawPeer peer = await SecureRawPeer.ConnectAsync(harness.Endpoint);
        byte[] first = peer.Begin(now: ManualTime.Origin);
        await peer.SendAsync(first.AsMemory(0, sentAtOnce));
        int seconds = await DripAsync(harness, peer, first.AsMemory(sentAtOnce));
        AssertEnded(await Log.NextAsync(), CloseReason.HandshakeTimeout, "within the handshake limit");
        Assert.That(seconds, Is.GreaterThanOrEqualTo(5));
        await AssertHonestEchoAsync(harness);
    }

    [Test]
    public async Task FinalMessage_Dripped_EndsAtTheHandshakeLimitAndFreesItsPlace()
    {
        await using ServerHarness harness = StartServer(link: limits, manualTime: true);
        using SecureRawPeer peer = await SecureRawPeer.ConnectAsync(harness.Endpoint);
        await peer.SendAsync(peer.Begin(ClientKey, ManualTime.Origin));
        await Eventually.HoldsAsync(() => harness.Server.Security!.Limits.Counters.UnderWay == 1);
        byte[] final = new byte[HandshakeLayout.FinishOutputBytes];
        final[1] = HandshakeLayout.FinalBytes;
        await DripAsync(harness, peer, final);
        AssertEnded(await Log.NextAsync(), CloseReason.HandshakeTimeout);
        await Eventually.HoldsAsync(() => harness.Server.Security!.Limits.Counters.UnderWay == 0);
        await AssertHonestEchoAsync(harness);
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(1_000)]
    public async Task Record_Dripped_EndsAtTheSlowPeerLimit(int sentAtOnce)
    {
        await using ServerHarness harness = StartServer(link: limits, manualTime: true);
        using SecureRawPeer peer = await SecureRawPeer.ConnectAsync(harness.Endpoint);
        await peer.OpenAsync(now: ManualTime.Origin);
        byte[] record = peer.Seal(RawPacket.Echo(1, new byte[2_000]));
        await peer.SendAsync(record.AsMemory(0, sentAtOnce));
        int seconds = await DripAsync(harness, peer, record.AsMemory(sentAtOnce));
        AssertEnded(await Log.NextAsync(), CloseReason.SlowProducer, "did not come whole");
        Assert.That(seconds, Is.GreaterThanOrEqualTo(10));
        await AssertHonestEchoAsync(harness);
    }

    [Test]
    public async Task Packet_DrippedInWholeRecords_EndsAtTheSlowPeerLimit()
    {
        await using ServerHarness harness = StartServer(link: limits, manualTime: true);
        using SecureRawPeer peer = await SecureRawPeer.ConnectAsync(harness.Endpoint);
        await peer.OpenAsync(now: ManualTime.Origin);
        byte[] packet = RawPacket.Echo(1, new byte[2_000]);
        int at = 0;
        while (await peer.TrySendAsync(peer.Seal(packet.AsSpan(at++, 1))) && at < 100)
        {
            await TickAsync(harness, 1_000);
        }

        AssertEnded(await Log.NextAsync(), CloseReason.SlowProducer, "did not come whole");
        Assert.That(at, Is.GreaterThanOrEqualTo(10));
        await AssertHonestEchoAsync(harness);
    }

    [Test]
    public async Task FiftyDrippingPeers_KeepNobodyWaiting()
    {
        await using ServerHarness harness = StartServer(link: limits, manualTime: true);
        var peers = new List<SecureRawPeer>();
        for (int i = 0; i < 50; i++)
        {
            SecureRawPeer peer = await SecureRawPeer.ConnectAsync(harness.Endpoint);
            peers.Add(peer);
            byte[] first = peer.Begin(i % 2 == 0 ? null : ClientKey, ManualTime.Origin);

            // Some drip the opening, some the first message, some have a handshake under way.
            await peer.SendAsync(first.AsMemory(0, i % 3 == 0 ? 1 : i % 3 == 1 ? 50 : first.Length));
        }

        // Not a tick of the clock passes: none of them has reached its limit.
        await AssertHonestEchoAsync(harness);
        await AssertHonestEchoAsync(harness, ClientKey);
        AssertEnded(await Log.NextAsync(), CloseReason.PeerClosed);
        AssertEnded(await Log.NextAsync(), CloseReason.PeerClosed);
        await Eventually.HoldsAsync(() => harness.Server.Connections == 50);
        await Eventually.HoldsAsync(() =>
        {
            harness.Time.Advance(1_000);
            return harness.Server.Connections == 0;
        });
        peers.ForEach(static peer => peer.Dispose());
    }

    // How many seconds it took until the server closed.
    private static async Task<int> DripAsync(ServerHarness harness, SecureRawPeer peer, ReadOnlyMemory<byte> bytes)
    {
        int seconds = 0;
        await Eventually.HoldsAsync(() => harness.Server.Connections == 1);
        while (!bytes.IsEmpty && await peer.TrySendAsync(bytes[..1]) && harness.Server.Connections > 0)
        {
            bytes = bytes[1..];
            seconds++;
            await TickAsync(harness, 1_000);
        }

        Assert.That(bytes.IsEmpty, Is.False, "the server waited for all of it");
        return seconds;
    }

    // The manual clock does not run away from the server: it goes on once the server has taken what was sent off its
    // socket, or has closed. By then all that came before is dealt with, and the clock is a second off at most.
    private static async Task TickAsync(ServerHarness harness, int forMs)
    {
        await Eventually.HoldsAsync(() => harness.Server.Connections == 0 || !HasUnread(harness));
        harness.Time.Advance(forMs);
    }

    private static bool HasUnread(ServerHarness harness)
    {
        bool found = false;
        harness.Server.Links.ForEach(link => found |= UnreadBytes(link.Connection) > 0);
        return found;
    }

    private static int UnreadBytes(TransportConnection connection)
    {
        try
        {
            return ConnectionSocket.Of(connection).Available;
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // Closed; its link leaves the server's list in a moment.
            return 1;
        }
    }
}
