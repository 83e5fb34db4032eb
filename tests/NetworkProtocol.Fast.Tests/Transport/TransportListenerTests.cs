using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Transport;

internal sealed class TransportListenerTests
{
    private static readonly Endpoint AnyPort = Endpoint.Parse("tcp://127.0.0.1:0");

    [Test]
    public async Task Start_PortZero_ReportsTheRealPort()
    {
        await using TransportListener listener = Start(AnyPort, out QueueAcceptor acceptor);
        Assert.That(listener.BoundEndpoint.Port, Is.Not.Zero);
        TransportConnection client = await ConnectAsync(listener.BoundEndpoint);
        TransportConnection server = await acceptor.AcceptedAsync();
        Assert.That(server.Local, Is.EqualTo(listener.BoundEndpoint));
        Assert.That(server.Remote, Is.EqualTo(client.Local));
        Assert.That(server.RemoteAddress, Is.EqualTo(IPAddress.Loopback));
        Assert.That(client.Remote, Is.EqualTo(listener.BoundEndpoint));
        client.Close();
        server.Close();
    }

    [Test]
    public async Task Start_PortTaken_NamesTheEndpointAndWhatToDo()
    {
        await using TransportListener listener = Start(AnyPort, out _);
        Endpoint taken = listener.BoundEndpoint;
        TransportException e = Assert.Throws<TransportException>(() => Start(taken, out _))!;
        Assert.That(e.SocketError, Is.EqualTo(SocketError.AddressAlreadyInUse));
        Assert.That(e.Endpoint, Is.EqualTo(taken));
        Assert.That(e.Tier, Is.EqualTo(SocketErrorTier.Fatal));
        Assert.That(e.Message, Does.StartWith($"cannot listen on {taken}: the port is taken"));
        Assert.That(e.Message, Does.EndWith("choose another port"));
    }

    [Test]
    public void Start_AddressOfAnotherMachine_SaysSo()
    {
        TransportException e =
            Assert.Throws<TransportException>(() => Start(Endpoint.Parse("tcp://192.0.2.1:0"), out _))!;
        Assert.That(e.Message, Does.Contain("no interface has this address"));
    }

    [Test]
    public async Task Start_AgainOnTheSamePort_WorksInSpiteOfTimeWait()
    {
        TransportListener listener = Start(AnyPort, out QueueAcceptor acceptor);
        TransportConnection client = await ConnectAsync(listener.BoundEndpoint);
        TransportConnection server = await acceptor.AcceptedAsync();

        // The server's side closes first and keeps the port in TIME_WAIT.
        server.Close();
        OperationWaiter waiter = new(client);
        Assert.That(await waiter.ReceiveAllAsync(new byte[1]), Is.Zero);
        client.Close();
        await listener.DisposeAsync();
        await using TransportListener again = Start(listener.BoundEndpoint, out _);
        Assert.That(again.BoundEndpoint, Is.EqualTo(listener.BoundEndpoint));
    }

    [Test]
    public async Task Start_IPv6Any_TakesIPv4Too()
    {
        Assume.That(Socket.OSSupportsIPv6, "no ipv6 here");
        await using TransportListener listener = Start(Endpoint.Parse("tcp://[::]:0"), out QueueAcceptor acceptor);
        foreach (string host in (string[])["127.0.0.1", "[::1]"])
        {
            TransportConnection client =
                await ConnectAsync(Endpoint.Parse($"tcp://{host}:{listener.BoundEndpoint.Port}"));
            TransportConnection server = await acceptor.AcceptedAsync();
            Assert.That(server.Remote, Is.EqualTo(client.Local), "an ipv4 peer is shown as one");
            Assert.That(server.RemoteAddress!.IsIPv4MappedToIPv6, Is.False);
            client.Close();
            server.Close();
        }
    }

    [Test]
    public async Task Accepted_Tcp_HasTheOptionsOfTheListener([Values] bool onLoop)
    {
        TransportOptions options = new()
        {
            KeepAliveTime = TimeSpan.FromSeconds(33),
            KeepAliveInterval = TimeSpan.FromSeconds(4),
            KeepAliveRetryCount = 5,
            SendBufferBytes = 32 * 1024,
            ReceiveBufferBytes = 48 * 1024,
            OnLoop = onLoop,
        };
        QueueAcceptor acceptor = new();
        await using TransportListener listener =
            TransportListener.Start(AnyPort, new ListenerOptions { Connection = options }, acceptor);
        TransportConnection client = await TransportConnector.ConnectAsync(
            listener.BoundEndpoint, options, CancellationToken.None);
        TransportConnection server = await acceptor.AcceptedAsync();
        foreach (Socket socket in (Socket[])[ConnectionSocket.Of(client), ConnectionSocket.Of(server)])
        {
            Assert.That(socket.NoDelay, Is.True);
            Assert.That(Option(socket, SocketOptionLevel.Socket, SocketOptionName.KeepAlive), Is.Not.Zero);
            Assert.That(Option(socket, SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime), Is.EqualTo(33));
            Assert.That(Option(socket, SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval), Is.EqualTo(4));
            Assert.That(Option(socket, SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount), Is.EqualTo(5));

            // Linux doubles what is asked for, for its own bookkeeping.
            Assert.That(socket.SendBufferSize, Is.InRange(32 * 1024, 64 * 1024));
            Assert.That(socket.ReceiveBufferSize, Is.InRange(48 * 1024, 96 * 1024));
        }

        client.Close();
        server.Close();
    }

    [Test]
    public async Task Accept_Burst_TakesAll()
    {
        // More than the turns of one round, so that the loop has to yield and come back.
        const int Connections = 300;
        await using TransportListener listener = Start(AnyPort, out QueueAcceptor acceptor);
        List<Task<TransportConnection>> clients = [];
        for (int i = 0; i < Connections; i++)
        {
            clients.Add(ConnectAsync(listener.BoundEndpoint));
        }

        for (int i = 0; i < Connections; i++)
        {
            (await clients[i]).Close();
            (await acceptor.AcceptedAsync()).Close();
        }
    }

    [Test]
    public async Task Stop_Listening_LeavesAcceptedConnectionsAlone()
    {
        TransportListener listener = Start(AnyPort, out QueueAcceptor acceptor);
        OperationWaiter client = new(await ConnectAsync(listener.BoundEndpoint));
        OperationWaiter server = new(await acceptor.AcceptedAsync());
        listener.Stop();
        listener.Stop();
        await listener.DisposeAsync();
        await listener.DisposeAsync();

        Assert.That(
            async () => await ConnectAsync(listener.BoundEndpoint),
            Throws.TypeOf<TransportException>().With.Property("SocketError").EqualTo(SocketError.ConnectionRefused));
        await client.SendAsync(new byte[] { 1, 2, 3 });
        Assert.That(await server.ReceiveAllAsync(new byte[3]), Is.EqualTo(3));
        client.Connection.Close();
        server.Connection.Close();
    }

    [Test]
    public async Task Stop_WhileClientsConnect_EndsTheLoopEveryTime()
    {
        for (int round = 0; round < 100; round++)
        {
            TransportListener listener = Start(AnyPort, out _);
            Task<TransportConnection> connecting = ConnectAsync(listener.BoundEndpoint);
            await listener.DisposeAsync();
            try
            {
                (await connecting).Close();
            }
            catch (TransportException)
            {
                // Too late: refused or reset.
            }
        }
    }

    [Test]
    [NonParallelizable]
    public async Task Accept_WithoutDescriptors_BacksOffAndRecovers()
    {
        await using TransportListener listener = Start(AnyPort, out QueueAcceptor acceptor);
        IPEndPoint address = new(IPAddress.Loopback, listener.BoundEndpoint.Port);
        using Socket warm = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await warm.ConnectAsync(address);
        (await acceptor.AcceptedAsync()).Close();

        using (DescriptorLimit.NoneFree())
        {
            await client.ConnectAsync(address);
            (SocketError Error, TimeSpan BackOff) first = await acceptor.PressureAsync();
            Assert.That(first, Is.EqualTo((SocketError.TooManyOpenSockets, TimeSpan.FromMilliseconds(10))));
            Assert.That((await acceptor.PressureAsync()).BackOff, Is.EqualTo(TimeSpan.FromMilliseconds(20)));
            Assert.That((await acceptor.PressureAsync()).BackOff, Is.EqualTo(TimeSpan.FromMilliseconds(40)));
        }

        (await acceptor.AcceptedAsync()).Close();
    }

    [Test]
    [NonParallelizable]
    public async Task Stop_WhileBackingOff_EndsAtOnce()
    {
        TransportListener listener = Start(AnyPort, out QueueAcceptor acceptor);
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using (DescriptorLimit.NoneFree())
        {
            await client.ConnectAsync(new IPEndPoint(IPAddress.Loopback, listener.BoundEndpoint.Port));
            await acceptor.PressureAsync();
            await listener.DisposeAsync();
        }
    }

    private static int Option(Socket socket, SocketOptionLevel level, SocketOptionName name) =>
        (int)socket.GetSocketOption(level, name)!;

    private static TransportListener Start(Endpoint endpoint, out QueueAcceptor acceptor) =>
        TransportListener.Start(endpoint, ListenerOptions.Default, acceptor = new QueueAcceptor());

    private static Task<TransportConnection> ConnectAsync(Endpoint endpoint) =>
        TransportConnector.ConnectAsync(endpoint, TransportOptions.Default, CancellationToken.None).AsTask();
}
