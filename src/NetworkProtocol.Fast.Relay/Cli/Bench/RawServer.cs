using System;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>Takes bare connections on loopback, for what the machine can do without a protocol.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private const int Backlog = 512;

    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Task accepting;

    /// <param name="serve">Serves one client, which it owns, without blocking.</param>
    internal RawServer(Action<Socket> serve)
    {
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(Backlog);
        EndPoint = (IPEndPoint)listener.LocalEndPoint!;
        accepting = AcceptAsync(serve);
    }

    internal IPEndPoint EndPoint { get; }

    /// <summary>Sends every byte back.</summary>
    internal static RawServer Echo() => new(static client => new RawPump(client, client).Run());

    public async ValueTask DisposeAsync()
    {
        listener.Dispose();
        await accepting.ConfigureAwait(false);
    }

    private async Task AcceptAsync(Action<Socket> serve)
    {
        try
        {
            while (true)
            {
                Socket client = await listener.AcceptAsync().ConfigureAwait(false);
                client.NoDelay = true;
                serve(client);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The listener was closed.
        }
    }
}
