using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Tests.Transport;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>Server and client over everything that carries bytes, with every kind of session.</summary>
[TestFixtureSource(nameof(Combinations))]
[CancelAfter(60_000)]
internal sealed class TransportSessionTests(TransportKind kind, SessionUnderTest session)
    : TransportSessionFixture(kind, session)
{
    [Test]
    public async Task Echo_OneAfterTheOther_ComesBack()
    {
        PacketClient client = await ConnectAsync();
        for (int bytes = 0; bytes < 2_000; bytes += 37)
        {
            await EchoAsync(client, bytes);
        }
    }

    [Test]
    public async Task Echo_Large_ComesBackWhole() => await EchoAsync(await ConnectAsync(), 15 << 20);

    [Test]
    public async Task Echo_ManyClientsWithManyRequests_AllComeBack()
    {
        PacketClient[] many = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ConnectAsync()));
        await Task.WhenAll(many.SelectMany(client => Enumerable.Range(0, 100).Select(i => EchoAsync(client, i * 10))));
        Assert.That(Server.ConnectionsRefused, Is.Zero);
    }

    [Test]
    public async Task Echo_ClientThatSendsByteByByte_ComesBack()
    {
        PacketClient client = await ConnectAsync(static inner => new SlowConnection(inner, pieceBytes: 1));
        await EchoAsync(client, 100);
        await EchoAsync(client, 3_000);
    }

    [Test]
    public async Task Peer_ThatHalfCloses_IsAnsweredAllThatItAskedBefore()
    {
        const int Requests = 100;
        using SessionPeer peer = await ConnectPeerAsync();
        for (uint i = 1; i <= Requests; i++)
        {
            await peer.SendAsync(RawPacket.Named(i % 2 == 0 ? "held" : "ECHO", i, new byte[1_000]));
        }

        await peer.EndSendingAsync();
        var answered = new bool[Requests + 1];
        for (int i = 0; i < Requests; i++)
        {
            if (i == Requests / 2)
            {
                // What can be answered at once has come, and the others wait behind the end of the stream.
                LetGo();
            }

            RawPacket reply = await peer.PacketAsync();
            Assert.That(reply.Header.IsReply && !answered[reply.Correlation]);
            Assert.That(reply.Payload, Has.Length.EqualTo(reply.Correlation % 2 == 0 ? "done".Length : 1_000));
            answered[reply.Correlation] = true;
        }

        await peer.ExpectEndAsync();
        await Eventually.HoldsAsync(() => Server.Connections == 0, "the server let it go");
    }

    [Test]
    public async Task Client_ThatIsCutInTheMiddleOfASend_IsLetGo()
    {
        TransportConnection? connection = null;
        PacketClient client = await ConnectAsync(inner => connection = inner);
        Task<PacketReply>[] requests =
            [.. Enumerable.Range(0, 4).Select(_ => client.RequestAsync("ECHO", new byte[4 << 20], Patience).AsTask())];
        connection!.Close();
        await client.Closed.WaitAsync(Patience);
        await Task.WhenAll(requests.Select(EndsAsync));
        await Eventually.HoldsAsync(() => Server.Connections == 0, "the server let it go");
        await EchoAsync(await ConnectAsync(), 64);
    }

    [Test]
    public async Task Peer_ThatDoesNotRead_IsPausedAndMakesTheServerKeepLittle()
    {
        // More than all buffers between the two hold, and less of it than of the pause may be in the server's memory.
        const int Requests = 4_096;
        const int PayloadBytes = 16 << 10;
        const long MemoryBytesMax = 4 << 20;
        using SessionPeer peer = await ConnectPeerAsync();
        PacketClient other = await ConnectAsync();
        int sent = 0;
        Task sending = Task.Run(async () =>
        {
            for (uint i = 0; i < Requests; i++)
            {
                await peer.SendAsync(RawPacket.Echo(i, new byte[PayloadBytes]));
                sent++;
            }
        });

        // Paused: while another is answered again and again, this one cannot send a packet more.
        int before;
        long mostBytes = 0;
        do
        {
            before = Volatile.Read(ref sent);
            for (int i = 0; i < 100; i++)
            {
                await EchoAsync(other, 64);
                mostBytes = Math.Max(mostBytes, Runtime.Pool.Statistics.LeasedBytes);
            }
        }
        while (before == 0 || before != Volatile.Read(ref sent));
        Assert.That(sending.IsCompleted, Is.False, "there is a limit to what is taken from it");
        Assert.That(mostBytes, Is.LessThan(MemoryBytesMax));
        for (uint i = 0; i < Requests; i++)
        {
            RawPacket reply = await peer.PacketAsync();
            Assert.That((reply.Type, reply.Correlation), Is.EqualTo((PacketType.Echo, i)));
            Assert.That(reply.Payload, Has.Length.EqualTo(PayloadBytes));
        }

        await sending;
        Assert.That(sent, Is.EqualTo(Requests));
    }

    [Test]
    public async Task Stop_WithARequestUnderWay_LetsItEnd()
    {
        PacketClient client = await ConnectAsync();
        Task<PacketReply> request = client.RequestAsync("held", default, Patience).AsTask();
        await Eventually.HoldsAsync(() => HasHeard, "the request is under way");
        Task<int> stop = Server.StopAsync(Patience);
        await Eventually.HoldsAsync(() => Server.IsDraining, "it is draining");
        LetGo();
        using PacketReply reply = await request;
        Assert.That(reply.Payload.Span.SequenceEqual("done"u8), Is.True);
        Assert.That(await stop, Is.Zero, "nothing was cut");
    }

    [Test]
    public async Task Handler_OfALocalPeer_SeesItsProcess()
    {
        PacketClient client = await ConnectAsync();
        Task<PacketReply> request = client.RequestAsync("held", default, Patience).AsTask();
        await Eventually.HoldsAsync(() => HasHeard, "the request is under way");
        PeerCredentials? peer = LastPeer.Credentials;
        LetGo();
        (await request).Dispose();
        bool isKnown = SystemPeers.IsSupported
            && Kind is TransportKind.Unix or TransportKind.Abstract or TransportKind.Pipe;
        Assert.That(peer?.ProcessId, Is.EqualTo(isKnown ? Environment.ProcessId : null));
    }

    // With a reply or without: what counts is that it does not stay open.
    private static async Task EndsAsync(Task<PacketReply> request)
    {
        try
        {
            (await request.WaitAsync(Patience)).Dispose();
        }
        catch (Exception e) when (e is PacketConnectionException or PacketErrorException)
        {
        }
    }
}
