using System;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Tests.Transport;

/// <summary>Makes connected pairs over one transport, so that one suite holds all of them to the contract.</summary>
internal sealed class TransportUnderTest : IAsyncDisposable
{
    private readonly EndpointUnderTest? endpoint;
    private readonly QueueAcceptor acceptor = new();
    private readonly TransportListener? listener;

    internal TransportUnderTest(TransportKind kind, TransportOptions? options = null)
    {
        Options = options ?? TransportOptions.Default;
        if (kind == TransportKind.InMemory)
        {
            return;
        }

        endpoint = new EndpointUnderTest(kind);
        ListenerOptions listenerOptions = new() { Backlog = 4096, Connection = Options };
        listener = TransportListener.Start(endpoint.Endpoint, listenerOptions, acceptor);
    }

    internal TransportOptions Options { get; }

    internal async Task<(OperationWaiter Client, OperationWaiter Server)> ConnectPairAsync()
    {
        (TransportConnection client, TransportConnection server) = await ConnectUnboundPairAsync();
        return (new OperationWaiter(client), new OperationWaiter(server));
    }

    internal async Task<(TransportConnection Client, TransportConnection Server)> ConnectUnboundPairAsync()
    {
        if (listener is null)
        {
            return InMemoryTransport.CreatePair();
        }

        Task<TransportConnection> accepted = acceptor.AcceptedAsync();
        TransportConnection client =
            await TransportConnector.ConnectAsync(listener.BoundEndpoint, Options, CancellationToken.None);
        return (client, await accepted);
    }

    public async ValueTask DisposeAsync()
    {
        if (listener is not null)
        {
            await listener.DisposeAsync();
        }

        endpoint?.Dispose();
    }
}
