using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Link;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>First messages that are old, early or known, and more of them than there is room for.</summary>
[CancelAfter(60_000)]
internal sealed class SecureFreshnessTests : SecureFixture
{
    [TestCase(-31_000, "behind")]
    [TestCase(-3_600_000, "behind")]
    [TestCase(6_000, "ahead")]
    [TestCase(86_400_000, "ahead")]
    public async Task ClientTime_OutsideTheWindow_IsRefused(long skewMs, string word)
    {
        await using ServerHarness harness = StartServer(manualTime: true);
        using var runtime = new LinkRuntime(
            LinkRuntime.MemoryLimitBytesDefault, null, new TimerWheel(new SkewedTime(skewMs), manual: true));
        LinkClosed closed = await ConnectFailsAsync(harness.Endpoint, runtime, Pinned());
        AssertEnded(closed, CloseReason.HandshakeFailed, RefusedSilently, "clock");
        AssertEnded(await Log.NextAsync(), CloseReason.HandshakeFailed, $"{Math.Abs(skewMs)} ms {word}");
        await AssertHonestEchoAsync(harness);
    }

    [TestCase(-29_000)]
    [TestCase(4_900)]
    public async Task ClientTime_WithinTheWindow_IsTaken(long skewMs)
    {
        await using ServerHarness harness = StartServer(manualTime: true);
        using SecureRawPeer peer = await SecureRawPeer.ConnectAsync(harness.Endpoint);
        await peer.OpenAsync(now: ManualTime.Origin.AddMilliseconds(skewMs));
    }

    [Test]
    public async Task FirstMessage_SentAgainElsewhere_IsRefused([Values] bool authenticates)
    {
        await using ServerHarness harness = StartServer();
        using SecureRawPeer honest = await SecureRawPeer.ConnectAsync(harness.Endpoint);
        byte[] first = honest.Begin(authenticates ? ClientKey : null);
        await honest.SendAsync(first);
        Assert.That(await honest.TryFinishAsync());

        using SecureRawPeer other = await SecureRawPeer.ConnectAsync(harness.Endpoint);
        await other.SendAsync(first);
        Assert.That(await other.RecordAsync(), Is.Null, "closed without a byte");
        AssertEnded(await Log.NextAsync(), CloseReason.HandshakeFailed, "seen before");
        Assert.That(harness.Server.Security!.Guard.Counters.Replayed, Is.EqualTo(1));
        await AssertHonestEchoAsync(harness);
    }

    [TestCase(false, "does not open")]
    [TestCase(true, "announces 20048 bytes, 97 were expected")]
    public async Task FirstMessage_SentAgainOnTheSameConnection_EndsIt(bool authenticates, string words)
    {
        await using ServerHarness harness = StartServer();
        using SecureRawPeer peer = await SecureRawPeer.ConnectAsync(harness.Endpoint);
        byte[] first = peer.Begin(authenticates ? ClientKey : null);

        // Enough of them for what the server takes for the record of 20,048 bytes.
        byte[] many = new byte[first.Length * 220];
        for (int at = 0; at < many.Length; at += first.Length)
        {
            first.CopyTo(many, at);
        }

        await peer.SendAsync(many);
        AssertEnded(await Log.NextAsync(), CloseReason.ProtocolError, words);
        await AssertHonestEchoAsync(harness);
    }

    [Test]
    public async Task ReplayCache_WithoutRoom_RefusesUntilItForgets()
    {
        await using ServerHarness harness = StartServer(
            options => options with { Replay = new ReplayOptions { Capacity = ReplayOptions.CapacityMin } },
            manualTime: true);
        for (int i = 0; i < ReplayOptions.CapacityMin / 2; i++)
        {
            await AssertHonestEchoAsync(harness);
            await Log.NextAsync();
        }

        LinkClosed closed = await ConnectFailsAsync(harness.Endpoint, harness.Runtime, Pinned());
        AssertEnded(closed, CloseReason.HandshakeFailed, RefusedSilently);
        AssertEnded(await Log.NextAsync(), CloseReason.HandshakeFailed, "no room to remember", "this address");
        Assert.That(harness.Server.Replays.ShareFull, Is.EqualTo(1));
        using (SecureRawPeer neighbour = await ConnectFromAsync("127.0.0.2", harness.Endpoint))
        {
            await neighbour.OpenAsync(now: ManualTime.Origin);
        }

        harness.Time.Advance(36_000);
        await AssertHonestEchoAsync(harness);
    }

    [TestCase(4, 64, 0, 1)]
    [TestCase(64, 4, 4, 0)]
    public async Task Handshakes_UpToTheLimit_KeepOthersOutUntilTheyEnd(
        int total, int perAddress, long refusedByAddress, long refusedByTotal)
    {
        await using ServerHarness harness = StartServer(options => options with
        {
            Limits = new HandshakeLimitOptions { UnderWayMax = total, PerAddressMax = perAddress },
        });
        HandshakeLimits limits = harness.Server.Security!.Limits;
        var held = new List<SecureRawPeer>();
        for (int i = 0; i < 4; i++)
        {
            SecureRawPeer peer = await SecureRawPeer.ConnectAsync(harness.Endpoint);
            held.Add(peer);
            if (i > 1)
            {
                // Those that say nothing count as well.
                await peer.SendAsync(peer.Begin(ClientKey));
            }
        }

        await Eventually.HoldsAsync(() => limits.Counters.UnderWay == 4);
        int attempts = refusedByAddress > 0 ? 4 : 1;
        for (int i = 0; i < attempts; i++)
        {
            LinkClosed closed = await ConnectFailsAsync(harness.Endpoint, harness.Runtime, Pinned());
            AssertEnded(closed, CloseReason.HandshakeFailed, RefusedSilently);
            AssertEnded(await Log.NextAsync(), CloseReason.Overloaded, "too many handshakes");
        }

        Assert.That(harness.Server.Handshakes, Is.EqualTo(limits.Counters));
        Assert.That(limits.Counters.RefusedByAddress, Is.EqualTo(refusedByAddress));
        Assert.That(limits.Counters.RefusedByTotal, Is.EqualTo(refusedByTotal));
        if (refusedByAddress > 0)
        {
            using SecureRawPeer neighbour = await ConnectFromAsync("127.0.0.2", harness.Endpoint);
            await neighbour.OpenAsync();
        }

        held.ForEach(static peer => peer.Dispose());
        await Eventually.HoldsAsync(() => limits.Counters.UnderWay == 0);
        await AssertHonestEchoAsync(harness);
    }

    private static async Task<SecureRawPeer> ConnectFromAsync(string address, Endpoint endpoint)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
        await socket.ConnectAsync(IPAddress.Loopback, endpoint.Port);
        return new SecureRawPeer(new SocketConnection(socket, endpoint, endpoint));
    }

    /// <summary>The clock of a client that is wrong.</summary>
    private sealed class SkewedTime(long skewMs) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => ManualTime.Origin.AddMilliseconds(skewMs);
    }
}
