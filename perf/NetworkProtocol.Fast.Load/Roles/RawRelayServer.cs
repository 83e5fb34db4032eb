using System;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Cli.Bench;

namespace NetworkProtocol.Fast.Loading.Roles;

/// <summary>
/// Relays bytes between each client and a connection of its own to the target: the least that a relay over
/// SocketAsyncEventArgs has to do.
/// </summary>
internal sealed class RawRelayServer : IAsyncDisposable
{
    private const int Backlog = 512;

    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly IPEndPoint target;
    private readonly Task accepting;

    internal RawRelayServer(IPEndPoint target)
    {
        this.target = target;
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(Backlog);
        EndPoint = (IPEndPoint)listener.LocalEndPoint!;
        accepting = AcceptAsync();
    }

    internal IPEndPoint EndPoint { get; }

    public async ValueTask DisposeAsync()
    {
        listener.Dispose();
        await accepting.ConfigureAwait(false);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await listener.AcceptAsync().ConfigureAwait(false);
                _ = RelayAsync(client);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The listener was closed.
        }
    }

    private async Task RelayAsync(Socket client)
    {
        var upstream = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            client.NoDelay = true;
            upstream.NoDelay = true;
            await upstream.ConnectAsync(target).ConfigureAwait(false);
            new RawPump(client, upstream).Run();
            new RawPump(upstream, client).Run();
        }
        catch (SocketException)
        {
            client.Dispose();
            upstream.Dispose();
        }
    }
}
