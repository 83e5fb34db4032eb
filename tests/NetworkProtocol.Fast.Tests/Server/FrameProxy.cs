using System;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>A man in the middle without keys: between real clients and a real server on TCP he sees every frame and
/// does with it what the test wants.</summary>
internal sealed class FrameProxy : IAsyncDisposable
{
    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentQueue<ProxiedConnection> connections = [];
    private readonly Task accepting;

    /// <param name="target">The server.</param>
    /// <param name="onFrame">Called for each frame, one at a time in a direction; null passes them on.</param>
    internal FrameProxy(Endpoint target, Func<ProxiedConnection, Frame, Task>? onFrame = null)
    {
        Target = target;
        OnFrame = onFrame ?? ((connection, frame) => connection.ForwardAsync(frame));
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Endpoint = Endpoint.Parse($"tcp://{listener.LocalEndPoint}");
        accepting = AcceptAsync();
    }

    /// <summary>Where clients connect to; stays the same when the target changes.</summary>
    internal Endpoint Endpoint { get; }

    internal Endpoint Target { get; set; }

    internal Func<ProxiedConnection, Frame, Task> OnFrame { get; set; }

    /// <summary>Ends both directions of every connection with an end of the stream, between frames.</summary>
    internal void CutAll()
    {
        foreach (ProxiedConnection connection in connections)
        {
            connection.Cut();
        }
    }

    public async ValueTask DisposeAsync()
    {
        listener.Dispose();
        await accepting;
        foreach (ProxiedConnection connection in connections)
        {
            await connection.DisposeAsync();
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await listener.AcceptAsync();
                var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await server.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Target.Port));
                connections.Enqueue(new ProxiedConnection(this, client, server));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }
}
