using System;
using System.Buffers.Binary;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Link;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>Handshakes that end in the middle, or whose messages have another length than they can have.</summary>
[CancelAfter(60_000)]
internal sealed class SecureHandshakeCutTests : SecureFixture
{
    [Test]
    public async Task FirstMessage_CutAnywhere_IsALostConnection()
    {
        await using ServerHarness harness = StartServer();
        for (int bytes = 1; bytes < HandshakeLayout.StartOutputBytes; bytes += 5)
        {
            using SecureRawPeer peer = await SecureRawPeer.ConnectAsync(harness.Endpoint);
            await peer.SendAsync(peer.Begin().AsMemory(0, bytes));
            peer.ShutdownSend();
            Assert.That(await peer.RecordAsync(), Is.Null, "closed without a byte");
            AssertEnded(await Log.NextAsync(), CloseReason.ConnectionLost, "in the middle");
        }

        await AssertHonestEchoAsync(harness);
    }

    [Test]
    public async Task Response_CutAnywhere_IsAFailedHandshake([Values] bool authenticates)
    {
        await using ServerHarness harness = StartServer();
        await using var proxy = new FrameProxy(harness.Endpoint);
        for (int bytes = 0; bytes < HandshakeLayout.RespondOutputBytes; bytes += 17)
        {
            int kept = bytes;
            proxy.OnFrame = async (connection, frame) =>
            {
                await connection.SendAsync(
                    frame.ToServer, frame.ToServer ? frame.Bytes : frame.Bytes.AsMemory(0, kept));
                if (!frame.ToServer)
                {
                    connection.Cut();
                }
            };
            LinkClosed closed = await ConnectFailsAsync(
                proxy.Endpoint, harness.Runtime, Pinned(authenticates ? ClientKey : null));
            AssertEnded(closed, CloseReason.HandshakeFailed, RefusedSilently);
            LinkClosed server = await Log.NextAsync();
            Assert.That(server.Reason, Is.AnyOf(CloseReason.Truncated, CloseReason.ConnectionLost), $"{kept} bytes");
        }

        Assert.That(Log.Established, Is.Zero);
        await AssertHonestEchoAsync(harness);
    }

    [Test]
    public async Task FinalMessage_CutAnywhere_IsALostConnection()
    {
        await using ServerHarness harness = StartServer();
        await using var proxy = new FrameProxy(harness.Endpoint);
        for (int bytes = 0; bytes < HandshakeLayout.FinishOutputBytes; bytes += 7)
        {
            int kept = bytes;
            proxy.OnFrame = async (connection, frame) =>
            {
                bool isFinal = frame is { ToServer: true, Index: 1 };
                await connection.SendAsync(frame.ToServer, isFinal ? frame.Bytes.AsMemory(0, kept) : frame.Bytes);
                if (isFinal)
                {
                    connection.Cut();
                }
            };
            LinkClosed closed = await ConnectFailsAsync(proxy.Endpoint, harness.Runtime, Pinned(ClientKey));
            AssertEnded(closed, CloseReason.Truncated, "without a Disconnect");
            AssertEnded(await Log.NextAsync(), CloseReason.ConnectionLost);
        }

        Assert.That(Log.Established, Is.Zero);
        await AssertHonestEchoAsync(harness);
    }

    [Test]
    public async Task FirstMessage_OfAnotherLength_IsRefusedBeforeItIsBuffered(
        [Values(0, 1, 88, 90, 65_535)] int length)
    {
        await using ServerHarness harness = StartServer();
        using SecureRawPeer peer = await SecureRawPeer.ConnectAsync(harness.Endpoint);
        byte[] first = peer.Begin();
        BinaryPrimitives.WriteUInt16BigEndian(first.AsSpan(HandshakeLayout.OpeningBytes), (ushort)length);
        await peer.SendAsync(first.AsMemory(0, HandshakeLayout.OpeningBytes + HandshakeLayout.LengthBytes));
        Assert.That(await peer.RecordAsync(), Is.Null, "closed without a byte");
        AssertEnded(await Log.NextAsync(), CloseReason.ProtocolError, $"announces {length} bytes, 89 were expected");
        await AssertHonestEchoAsync(harness);
    }

    [Test]
    public async Task Stop_WhileHandshakesAreQueued_EndsThemAllQuietly()
    {
        const int Handshakes = 60;
        var peers = new SecureRawPeer[Handshakes];
        await using (ServerHarness harness = StartServer())
        {
            for (int i = 0; i < Handshakes; i++)
            {
                peers[i] = await SecureRawPeer.ConnectAsync(harness.Endpoint);
            }

            await Task.WhenAll(Array.ConvertAll(peers, static peer => peer.SendAsync(peer.Begin())));
        }

        // A job that ran into what the server had released would have ended this process.
        foreach (SecureRawPeer peer in peers)
        {
            peer.Dispose();
        }

        await using ServerHarness next = StartServer();
        await AssertHonestEchoAsync(next);
    }
}
