using System;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>Echoes bytes over bare sockets on loopback: what the machine can do without a protocol.</summary>
internal sealed class RawEchoServer : IAsyncDisposable
{
    private const int Backlog = 512;

    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Task accepting;

    internal RawEchoServer()
    {
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
                Socket socket = await listener.AcceptAsync().ConfigureAwait(false);
                socket.NoDelay = true;
                new RawPump(socket, socket).Run();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The listener was closed.
        }
    }
}
