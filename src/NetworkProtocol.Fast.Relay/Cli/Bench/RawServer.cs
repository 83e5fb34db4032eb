using System;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>Takes bare connections on loopback, for what the machine can do without a protocol.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private const int Backlog = 512;

    // More than a large message: the system begins with a window of 64 KiB, into which one segment of loopback hardly
    // fits. It then closes and opens for each, and whenever that goes wrong, which happens on a busy processor, the
    // connection stands still until a timer of 200 ms and more has run.
    private const int ReceiveBufferBytes = 2 << 20;

    private readonly Socket listener = CreateSocket();
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

    /// <summary>A socket for bare bytes; those that a listener accepts have its settings.</summary>
    internal static Socket CreateSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
    {
        NoDelay = true,
        ReceiveBufferSize = ReceiveBufferBytes,
    };

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
