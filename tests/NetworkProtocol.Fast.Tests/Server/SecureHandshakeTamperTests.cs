using System.Collections.Generic;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Link;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>A man in the middle who changes bytes of a handshake between the real client and the real server: there is
/// no session, whichever byte it is, and whoever met the change says so.</summary>
[TestFixture(false)]
[TestFixture(true)]
[CancelAfter(120_000)]
internal sealed class SecureHandshakeTamperTests(bool authenticates) : SecureFixture
{
    private const int FirstAt = HandshakeLayout.OpeningBytes + HandshakeLayout.LengthBytes;
    private const int TimeAt = FirstAt + P256.PointBytes;
    private const int NonceAt = TimeAt + HandshakeLayout.TimeBytes;
    private const string NoPoint = "no point of the curve";
    private const string Changed = "changed on the way";

    [Test]
    public async Task FirstMessage_WithAnyByteChanged_OpensNoSession([Values(0x01, 0x80)] byte change)
    {
        await using ServerHarness harness = StartServer();
        await using var proxy = new FrameProxy(harness.Endpoint);
        var seen = new Dictionary<string, int>();
        for (int at = 0; at < HandshakeLayout.StartOutputBytes; at++)
        {
            (bool byServer, CloseReason reason, string words) = OfFirst(at, change);
            await CheckAsync(harness, proxy, new Change(ToServer: true, 0, at, change), byServer, reason, words);
            seen[words] = seen.GetValueOrDefault(words) + 1;
        }

        Assert.That(seen[NoPoint], Is.EqualTo(P256.PointBytes));
        await AssertHonestEchoAsync(harness);
    }

    [Test]
    public async Task Response_WithAnyByteChanged_OpensNoSession([Values(0x01, 0x80)] byte change)
    {
        await using ServerHarness harness = StartServer();
        await using var proxy = new FrameProxy(harness.Endpoint);
        for (int at = 0; at < HandshakeLayout.RespondOutputBytes; at++)
        {
            (CloseReason reason, string words) = at switch
            {
                0 => (CloseReason.ProtocolError, "expected a secure session"),
                1 => (CloseReason.ProtocolError, "202 were expected"),
                < HandshakeLayout.LengthBytes + P256.PointBytes => (CloseReason.HandshakeFailed, NoPoint),
                _ => (CloseReason.HandshakeFailed, Changed),
            };
            await CheckAsync(
                harness, proxy, new Change(ToServer: false, 0, at, change), byServer: false, reason, words);
        }

        await AssertHonestEchoAsync(harness);
    }

    [Test]
    public async Task FinalMessage_WithAnyByteChanged_OpensNoSession([Values(0x01, 0x80)] byte change)
    {
        if (!authenticates)
        {
            Assert.Pass("there is no such message");
        }

        await using ServerHarness harness = StartServer();
        await using var proxy = new FrameProxy(harness.Endpoint);
        for (int at = 0; at < HandshakeLayout.FinishOutputBytes; at++)
        {
            (CloseReason reason, string words) = at < HandshakeLayout.LengthBytes
                ? (CloseReason.ProtocolError, "97 were expected")
                : (CloseReason.HandshakeFailed, Changed);
            await CheckAsync(harness, proxy, new Change(ToServer: true, 1, at, change), byServer: true, reason, words);
        }

        await AssertHonestEchoAsync(harness);
    }

    [Test]
    public async Task NegotiationByte_WithUnknownBits_IsRefusedByName()
    {
        await using ServerHarness harness = StartServer();
        for (int bit = 1; bit < 8; bit++)
        {
            using SecureRawPeer peer = await SecureRawPeer.ConnectAsync(harness.Endpoint);
            byte[] first = peer.Begin(authenticates ? ClientKey : null);
            first[HandshakeLayout.OpeningBytes - 1] |= (byte)(1 << bit);
            await peer.SendAsync(first);
            Assert.That(await peer.RecordAsync(), Is.Null, "closed without a byte");
            AssertEnded(await Log.NextAsync(), CloseReason.ProtocolError, "negotiation");
        }

        await AssertHonestEchoAsync(harness);
    }

    private static (bool ByServer, CloseReason Reason, string Words) OfFirst(int at, byte change) => at switch
    {
        < 4 => (true, CloseReason.ProtocolError, "expected a secure session"),
        4 when change != SecureOpening.ClientAuthenticates => (true, CloseReason.ProtocolError, "negotiation"),
        4 => (false, CloseReason.HandshakeFailed, Changed),
        < FirstAt => (true, CloseReason.ProtocolError, "89 were expected"),
        < TimeAt => (true, CloseReason.HandshakeFailed, NoPoint),

        // 32 s or more; what is less lies within the window, and the client finds that the server answered another
        // message than its own.
        < NonceAt when at > TimeAt + 1 || (at == TimeAt + 1 && change == 0x80) =>
            (true, CloseReason.HandshakeFailed, "the client's time"),
        _ => (false, CloseReason.HandshakeFailed, Changed),
    };

    private async Task CheckAsync(
        ServerHarness harness, FrameProxy proxy, Change change, bool byServer, CloseReason reason, string words)
    {
        proxy.OnFrame = (connection, frame) => frame.ToServer == change.ToServer && frame.Index == change.Index
            ? connection.SendAsync(frame.ToServer, frame.Flipped(change.At, change.By))
            : connection.ForwardAsync(frame);
        LinkClosed client;
        if (byServer && change.Index > 0)
        {
            // The client has done its part and waits for the server's Hello.
            client = await ConnectFailsAsync(proxy.Endpoint, harness.Runtime, Pinned(ClientKey));
            Assert.That(client.Reason, Is.EqualTo(CloseReason.Truncated).Or.EqualTo(CloseReason.ConnectionLost));
        }
        else
        {
            client = await ConnectFailsAsync(
                proxy.Endpoint, harness.Runtime, Pinned(authenticates ? ClientKey : null));
        }

        LinkClosed server = await Log.NextAsync();
        AssertEnded(byServer ? server : client, reason, words);
        if (byServer && change.Index == 0)
        {
            AssertEnded(client, CloseReason.HandshakeFailed, RefusedSilently);
        }

        Assert.That(Log.Established, Is.Zero, "nobody said hello");
        Assert.That(server.Reason, Is.Not.EqualTo(CloseReason.PeerClosed).And.Not.EqualTo(CloseReason.Requested));
    }

    private sealed record Change(bool ToServer, int Index, int At, byte By);
}
