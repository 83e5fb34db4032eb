using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Transport;

internal sealed class TransportConnectorTests
{
    [Test]
    public async Task Connect_NobodyListens_IsRefused()
    {
        TransportListener listener = TransportListener.Start(
            Endpoint.Parse("tcp://127.0.0.1:0"), ListenerOptions.Default, new QueueAcceptor());
        await listener.DisposeAsync();
        TransportException e = await FailureAsync(listener.BoundEndpoint, TransportOptions.Default);
        Assert.That(e.Tier, Is.EqualTo(SocketErrorTier.PeerGone));
        Assert.That(e.Message, Is.EqualTo(
            $"cannot connect to {listener.BoundEndpoint}: connection refused; check that a server listens there"));
    }

    [Test]
    public async Task Connect_NoSocketFile_SaysSo()
    {
        TransportException e = await FailureAsync(Endpoint.Parse("unix:///nowhere/s"), TransportOptions.Default);
        Assert.That(e.Message, Does.Contain("no such socket file"));
        Assert.That(e.Tier, Is.EqualTo(SocketErrorTier.PeerGone));
    }

    [Test]
    public async Task Connect_PortZero_SaysSo()
    {
        TransportException e = await FailureAsync(Endpoint.Parse("tcp://127.0.0.1:0"), TransportOptions.Default);
        Assert.That(e.Message, Does.Contain("port 0 is only for listening"));
    }

    [Test]
    public async Task Connect_ByName_TriesEachAddress()
    {
        // localhost is ::1 first on many systems, where nobody listens here.
        QueueAcceptor acceptor = new();
        await using TransportListener listener =
            TransportListener.Start(Endpoint.Parse("tcp://127.0.0.1:0"), ListenerOptions.Default, acceptor);
        Endpoint byName = Endpoint.Parse($"tcp://localhost:{listener.BoundEndpoint.Port}");
        TransportConnection client =
            await TransportConnector.ConnectAsync(byName, TransportOptions.Default, CancellationToken.None);
        Assert.That(client.Remote, Is.EqualTo(byName));
        client.Close();
        (await acceptor.AcceptedAsync()).Close();
    }

    [Test]
    public async Task Connect_NoAnswer_EndsAtTheTimeoutOrCancellation()
    {
        using Socket deaf = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        deaf.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        deaf.Listen(1);
        Endpoint endpoint = Endpoint.FromAddress((IPEndPoint)deaf.LocalEndPoint!);

        // With its queue full the kernel drops every further attempt.
        TransportOptions options = new() { ConnectTimeout = TimeSpan.FromMilliseconds(200) };
        List<TransportConnection> queued = [];
        TransportException? failure = null;
        while (failure is null)
        {
            try
            {
                queued.Add(await TransportConnector.ConnectAsync(endpoint, options, CancellationToken.None));
            }
            catch (TransportException e)
            {
                failure = e;
            }
        }

        Assert.That(failure.SocketError, Is.EqualTo(SocketError.TimedOut));
        Assert.That(failure.Message, Does.Contain("no answer within 0.2 s"));

        using CancellationTokenSource cancellation = new();
        Task<TransportConnection> connecting = TransportConnector
            .ConnectAsync(endpoint, TransportOptions.Default, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        Assert.That(async () => await connecting, Throws.InstanceOf<OperationCanceledException>());
        queued.ForEach(connection => connection.Close());
    }

    [Test]
    public void Connect_CancelledBefore_IsCancelled()
    {
        Assert.That(
            async () => await TransportConnector.ConnectAsync(
                Endpoint.Parse("tcp://127.0.0.1:1"), TransportOptions.Default, new CancellationToken(canceled: true)),
            Throws.InstanceOf<OperationCanceledException>());
    }

    private static async Task<TransportException> FailureAsync(Endpoint endpoint, TransportOptions options)
    {
        try
        {
            (await TransportConnector.ConnectAsync(endpoint, options, CancellationToken.None)).Close();
        }
        catch (TransportException e)
        {
            Assert.That(e.Endpoint, Is.EqualTo(endpoint));
            return e;
        }

        throw new AssertionException("connected");
    }
}
