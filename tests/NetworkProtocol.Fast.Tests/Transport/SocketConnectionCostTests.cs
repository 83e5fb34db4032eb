using System;
using System.Collections.Generic;
using System.Net;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Transport;

/// <summary>What a connection costs in managed memory: nothing for a message, little while idle.</summary>
[NonParallelizable]
internal sealed class SocketConnectionCostTests
{
    private const int IdleBytesMax = 2560;
    private const int IdleOnLoopBytesMax = 512;

    [Test]
    [NonParallelizable]
    public async Task Traffic_SteadyState_AllocatesNothing(
        [Values(TransportKind.Tcp, TransportKind.Unix)] TransportKind kind,
        [Values(64, 1 << 20)] int messageBytes,
        [Values] bool waitEmpty,
        [Values] bool onLoop)
    {
        await using TransportUnderTest transport = new(kind, new TransportOptions { OnLoop = onLoop });
        (OperationWaiter client, OperationWaiter server) = await transport.ConnectPairAsync();
        HalfDuplexPeer asking = new(client.Connection, messageBytes, waitEmpty);
        new HalfDuplexPeer(server.Connection, messageBytes, waitEmpty).Answer();
        int rounds = messageBytes > 64 ? 200 : 5_000;
        await asking.AskAsync(rounds);

        // The test host reports its progress now and then, which allocates beside us; what traffic itself allocates
        // shows in every attempt. The smallest object in one of a round trip's operations would be 24 bytes.
        int limit = rounds * 20;
        long allocated = long.MaxValue;
        for (int attempt = 0; attempt < 5 && allocated >= limit; attempt++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            await asking.AskAsync(rounds);
            allocated = Math.Min(allocated, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        TestContext.Out.WriteLine($"{allocated} bytes in {rounds} round trips of {messageBytes} bytes");
        Assert.That(allocated, Is.LessThan(limit));
        client.Connection.Close();
        server.Connection.Close();
    }

    [Test]
    [NonParallelizable]
    public async Task Connection_AcceptedAndIdle_IsSmall([Values] bool onLoop)
    {
        const int Connections = 2000;
        QueueAcceptor acceptor = new();
        ListenerOptions options = new() { Backlog = 4096, Connection = new TransportOptions { OnLoop = onLoop } };
        await using TransportListener listener =
            TransportListener.Start(Endpoint.Parse("tcp://127.0.0.1:0"), options, acceptor);
        List<TransportConnection> accepted = new(2 * Connections);
        List<int> clients = new(2 * Connections);
        IdleSink sink = new();

        // The first hundreds pay for what the process keeps anyway.
        await ConnectIdleAsync(listener, acceptor, accepted, clients, sink, 200);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        await ConnectIdleAsync(listener, acceptor, accepted, clients, sink, Connections);
        long after = GC.GetTotalMemory(forceFullCollection: true);

        double each = (after - before) / (double)Connections;
        TestContext.Out.WriteLine($"{each:F0} bytes of managed memory for an idle accepted connection");
        GC.KeepAlive(accepted);
        Assert.That(each, Is.LessThan(onLoop ? IdleOnLoopBytesMax : IdleBytesMax));
        accepted.ForEach(connection => connection.Close());
        clients.ForEach(static descriptor => Assert.That(CloseDescriptor(descriptor), Is.Zero));
    }

    private static async Task ConnectIdleAsync(
        TransportListener listener,
        QueueAcceptor acceptor,
        List<TransportConnection> accepted,
        List<int> clients,
        ITransportSink sink,
        int count)
    {
        for (int i = 0; i < count; i++)
        {
            clients.Add(ConnectDescriptor(listener.BoundEndpoint.Port));
            TransportConnection connection = await acceptor.AcceptedAsync();
            connection.Bind(sink);
            Assert.That(connection.Receive(Memory<byte>.Empty, out _), Is.False);
            accepted.Add(connection);
        }
    }

    /// <summary>A client without a managed object, so that only the accepted side is measured.</summary>
    private static int ConnectDescriptor(int port)
    {
        int descriptor = Socket(domain: 2, type: 1, protocol: 0);
        byte[] address = new byte[16];
        new IPEndPoint(IPAddress.Loopback, port).Serialize().Buffer.Span.CopyTo(address);
        Assert.That(Connect(descriptor, address, address.Length), Is.Zero);
        return descriptor;
    }

    [DllImport("libc", EntryPoint = "socket")]
    private static extern int Socket(int domain, int type, int protocol);

    [DllImport("libc", EntryPoint = "connect")]
    private static extern int Connect(int descriptor, byte[] address, int bytes);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int CloseDescriptor(int descriptor);

    private sealed class IdleSink : ITransportSink
    {
        public void OnReceived(TransportResult result)
        {
        }

        public void OnSent(TransportResult result)
        {
        }
    }
}
