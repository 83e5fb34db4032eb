using System;
using System.Collections.Generic;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>Peers that expect another session, or none; and those who would like a client to take a plain session for a
/// secure one.</summary>
[CancelAfter(60_000)]
internal sealed class SecureMixupTests : SecureFixture
{
    [Test]
    public async Task PlainClient_OnASecureListener_HearsWhichSessionToUse()
    {
        await using ServerHarness harness = StartServer();
        LinkClosed closed = await ConnectFailsAsync(harness.Endpoint, harness.Runtime, Plain.Client);
        AssertEnded(closed, CloseReason.RemoteError, "Malformed", "expected a secure session (NPS1)");
        AssertEnded(await Log.NextAsync(), CloseReason.ProtocolError, "expected a secure session (NPS1)");
        await AssertHonestEchoAsync(harness);
    }

    [Test]
    public async Task SecureClient_OnAPlainListener_HearsWhichSessionToUse([Values] bool authenticates)
    {
        await using var harness = new ServerHarness(loggers: Log);
        LinkClosed closed = await ConnectFailsAsync(
            harness.Endpoint, harness.Runtime, Pinned(authenticates ? ClientKey : null));
        AssertEnded(closed, CloseReason.RemoteError, "expected a plain session (NPF1)",
            "an unprotected answer, which anybody may have sent");
        AssertEnded(await Log.NextAsync(), CloseReason.ProtocolError, "got a secure session (NPS1)");
        await using PacketClient client = await harness.ConnectAsync();
        await EchoAsync(client);
    }

    private static IEnumerable<TestCaseData> ForeignOpenings()
    {
        yield return Named("http", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), "an HTTP request");
        yield return Named("tls", [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3], "a TLS client hello");
        yield return Named("zeros", new byte[200], "unknown bytes");
        yield return Named("ssh", "SSH-2.0-OpenSSH_9.6\r\n"u8.ToArray(), "unknown bytes");
        yield return Named("nearly", "NPX1"u8.ToArray(), "unknown bytes");
        byte[] random = new byte[1_000];
        new Random(5).NextBytes(random);
        yield return Named("random", random, "unknown bytes");
    }

    [TestCaseSource(nameof(ForeignOpenings))]
    public async Task ForeignBytes_OnASecureListener_GetNoAnswer(byte[] opening, string words)
    {
        await using ServerHarness harness = StartServer();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(harness.Endpoint.Host, harness.Endpoint.Port);
        await socket.SendAsync(opening);
        int received = 0;
        try
        {
            received = await socket.ReceiveAsync(new byte[100]);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // As good as an end of the stream.
        }

        Assert.That(received, Is.Zero, "no byte was sent");
        AssertEnded(await Log.NextAsync(), CloseReason.ProtocolError, words);
        await AssertHonestEchoAsync(harness);
    }

    private static IEnumerable<TestCaseData> ForeignAnswers()
    {
        yield return Named("http", "HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), "an HTTP response");
        yield return Named("tls alert", [0x15, 3, 3, 0, 2, 2, 40], "unknown bytes");
        yield return Named("text", "hello"u8.ToArray(), "unknown bytes");
        yield return Named("zeros", new byte[300], "202 were expected");
        yield return Named("noise", [0, 202, .. new byte[202]], "no point of the curve");
        yield return Named("own opening", [.. "NPS1"u8, 0, 0, 89, .. new byte[89]], "a secure session");

        // A downgrade: the answers of a plain server, in every order that one may try.
        byte[] hello = RawPacket.Hello(new LinkSettings { Software = "mallory" });
        yield return Named("plain opening and hello", RawPacket.Opening(), "expected a secure session");
        yield return Named("plain opening", PlainOpening.Magic.ToArray(), "expected a secure session");
        yield return Named("bare hello", hello, "opened no session");
        yield return Named("hello twice", [.. hello, .. hello], "opened no session");
        yield return Named("pong", RawPacket.Ping(0), "opened no session");
        yield return Named("echo", RawPacket.Echo(1, "x"u8), "opened no session");
        yield return Named("error reply", RawPacket.Error(1, ErrorCode.NoRoute, "x"), "opened no session");
        yield return Named("error and hello",
            [.. RawPacket.Error(0, ErrorCode.Overloaded, "later"), .. hello], "Overloaded: later");
    }

    [TestCaseSource(nameof(ForeignAnswers))]
    public async Task SecureClient_WithAForeignAnswer_OpensNoSession(byte[] answer, string words)
    {
        await using ServerHarness harness = StartServer();
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var endpoint = NetworkProtocol.Fast.Transport.Endpoint.Parse($"tcp://{listener.LocalEndpoint}");
        Task<LinkClosed> connecting = ConnectFailsAsync(endpoint, harness.Runtime, Pinned());
        using Socket socket = await listener.AcceptSocketAsync();
        byte[] first = new byte[HandshakeLayout.StartOutputBytes];
        int received = await socket.ReceiveAsync(first);
        await socket.SendAsync(answer);
        LinkClosed closed = await connecting;
        Assert.That(closed.Reason,
            Is.AnyOf(CloseReason.ProtocolError, CloseReason.RemoteError, CloseReason.HandshakeFailed));
        Assert.That(closed.Detail, Does.Contain(words));

        // Whatever came, the client has said nothing more than its first message.
        Assert.That(received, Is.EqualTo(first.Length));
        Assert.That(await RestAsync(socket), Is.Empty);
        await AssertHonestEchoAsync(harness);
    }

    private static async Task<string> RestAsync(Socket socket)
    {
        try
        {
            byte[] rest = new byte[1_000];
            return Encoding.Latin1.GetString(rest, 0, await socket.ReceiveAsync(rest));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return string.Empty;
        }
    }

    private static TestCaseData Named(string name, byte[] bytes, string words) =>
        new TestCaseData(bytes, words).SetArgDisplayNames(name);
}
