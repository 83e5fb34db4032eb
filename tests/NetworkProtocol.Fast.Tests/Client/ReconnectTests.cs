using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Server;
using NetworkProtocol.Fast.Tests.Link;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Client;

/// <summary>A client whose connection is lost and made again.</summary>
[CancelAfter(60_000)]
internal sealed class ReconnectTests
{
    [Test]
    public async Task Connection_Lost_FailsWhatWasUnderWayAndServesWhatComesLater()
    {
        await using var harness = new ReconnectHarness();
        (PacketClient client, RawPeer server) = await harness.OpenAsync();
        ValueTask<PacketReply> underWay = client.RequestAsync("a", default);
        await server.PacketAsync();
        server.Close();
        Assert.ThrowsAsync<PacketConnectionException>(async () => await underWay);

        // The server does not open the next session yet, so these wait.
        RawPeer next = await harness.NextAsync();
        Assert.That(client.IsConnected, Is.False);
        ValueTask<PacketReply> later = client.RequestAsync("b", default);
        ValueTask sent = client.SendAsync("c", default);
        await next.AcceptAsync();
        await sent;
        for (int i = 0; i < 2; i++)
        {
            RawPacket packet = await next.PacketAsync();
            if (Encoding.ASCII.GetString(packet.Name) == "b")
            {
                await next.SendAsync(RawPacket.Reply(packet.Correlation, "done"u8));
            }
        }

        using PacketReply reply = await later;
        Assert.That(Encoding.ASCII.GetString(reply.Payload.Span), Is.EqualTo("done"));
        Assert.That((client.Reconnects, client.IsConnected, client.Closed.IsCompleted), Is.EqualTo((1, true, false)));
    }

    [Test]
    public async Task Server_ThatStaysAway_IsGivenUpAfterTheAttempts()
    {
        await using var harness = new ReconnectHarness();
        (PacketClient client, RawPeer server) =
            await harness.OpenAsync(ReconnectHarness.Options with { ReconnectAttemptsMax = 3 });
        harness.IsUnreachable = true;
        server.Close();
        LinkClosed ended = await client.Closed.WaitAsync(TestContext.CurrentContext.CancellationToken);
        Assert.That((harness.Dials, client.Reconnects), Is.EqualTo((1 + 3, 0L)));
        PacketConnectionException? error =
            Assert.ThrowsAsync<PacketConnectionException>(async () => await client.RequestAsync("a", default));
        Assert.That(error!.Closed, Is.EqualTo(ended));
        await foreach (PacketMessage message in client.ReadMessagesAsync())
        {
            Assert.Fail("no message was sent");
            message.Dispose();
        }
    }

    [Test]
    public async Task Server_ThatOpensAndClosesAtOnce_CountsAsFailedAttempts()
    {
        await using var harness = new ReconnectHarness();
        (PacketClient client, RawPeer server) = await harness.OpenAsync(ReconnectHarness.Options with
        {
            ReconnectAttemptsMax = 2,
            ReconnectDelayMax = TimeSpan.FromHours(1),
        });
        server.Close();
        for (int i = 0; i < 2; i++)
        {
            (await harness.AcceptAsync()).Close();
        }

        await client.Closed.WaitAsync(TestContext.CurrentContext.CancellationToken);
        Assert.That((harness.Dials, client.Reconnects), Is.EqualTo((1 + 2, 2L)));
    }

    [Test]
    public async Task Request_WithoutAConnectionInItsTime_TimesOut()
    {
        await using var harness = new ReconnectHarness();
        (PacketClient client, RawPeer server) = await harness.OpenAsync();
        server.Close();
        await harness.NextAsync();
        PacketErrorException? late = Assert.ThrowsAsync<PacketErrorException>(
            async () => await client.RequestAsync("a", default, TimeSpan.FromMilliseconds(100)));
        Assert.That(late!.Code, Is.EqualTo(ErrorCode.Timeout));
        using var giveUp = new CancellationTokenSource(100);
        Assert.CatchAsync<OperationCanceledException>(
            async () => await client.SendAsync("a", default, giveUp.Token));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Client_ClosedWhileItConnectsAgain_EndsAtOnce(bool isUnreachable)
    {
        await using var harness = new ReconnectHarness();
        (PacketClient client, RawPeer server) = await harness.OpenAsync();
        harness.IsUnreachable = isUnreachable;
        server.Close();
        await Eventually.HoldsAsync(() => harness.Dials > 1);
        ValueTask<PacketReply> waiting = client.RequestAsync("a", default);
        await client.CloseAsync(TimeSpan.FromSeconds(30));
        Assert.ThrowsAsync<PacketConnectionException>(async () => await waiting);
        int dials = harness.Dials;
        Assert.ThrowsAsync<PacketConnectionException>(async () => await client.SendAsync("a", default));
        Assert.That(harness.Dials, Is.EqualTo(dials));
    }

    [Test]
    public async Task Server_ThatBreaksTheProtocol_IsNotAskedAgain()
    {
        await using var harness = new ReconnectHarness();
        (PacketClient client, RawPeer server) = await harness.OpenAsync();
        await server.SendAsync(new byte[64]);
        LinkClosed ended = await client.Closed.WaitAsync(TestContext.CurrentContext.CancellationToken);
        Assert.That((ended.Reason, harness.Dials), Is.EqualTo((CloseReason.ProtocolError, 1)));
    }

    [Test]
    public async Task Messages_OfAllConnections_AreReadAsOneStream()
    {
        await using var harness = new ReconnectHarness();
        (PacketClient client, RawPeer server) = await harness.OpenAsync();
        await server.SendAsync(RawPacket.Message("a", default));
        server.Close();
        RawPeer next = await harness.AcceptAsync();
        await next.SendAsync(RawPacket.Message("b", default));
        var names = new List<string>();
        await foreach (PacketMessage message in client.ReadMessagesAsync())
        {
            names.Add(Encoding.ASCII.GetString(message.Name.Span));
            message.Dispose();
            if (names.Count == 2)
            {
                break;
            }
        }

        Assert.That(names, Is.EqualTo(new[] { "a", "b" }));
    }

    [Test]
    public async Task Server_StoppedAndStartedAgain_IsFoundByAConfiguredClient()
    {
        string folder = Directory.CreateTempSubdirectory("npfast-again-").FullName;
        Endpoint endpoint = Endpoint.Parse($"unix://{folder}/socket");
        using var runtime = new LinkRuntime();
        var options = new ServerOptions { Listeners = [new ServerListener(endpoint)] };
        NetworkConfiguration configuration = NetworkConfiguration.Parse($"""
            [client]
            address = "{endpoint}"
            auto_reconnect = true
            reconnect_delay = "1ms"
            """);
        var server = new PacketServer(options, new HandlerTable(), runtime);
        server.Start();
        await using PacketClient client = await PacketClient.ConnectAsync(
            configuration.ClientAddress, runtime, configuration.ToClientOptions());
        for (long i = 1; i <= 3; i++)
        {
            await server.DisposeAsync();
            server = new PacketServer(options, new HandlerTable(), runtime);
            server.Start();
            await Eventually.HoldsAsync(() => client.Reconnects >= i);
            using PacketReply reply = await client.RequestAsync("ECHO", "here"u8.ToArray());
            Assert.That(Encoding.ASCII.GetString(reply.Payload.Span), Is.EqualTo("here"));
        }

        await client.CloseAsync(TimeSpan.FromSeconds(5));
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
