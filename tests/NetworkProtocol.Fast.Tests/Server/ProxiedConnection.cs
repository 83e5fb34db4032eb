using System;
using System.Buffers.Binary;
using System.IO;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>One connection through a <see cref="FrameProxy"/>.</summary>
internal sealed class ProxiedConnection : IAsyncDisposable
{
    private readonly FrameProxy proxy;
    private readonly Socket client;
    private readonly Socket server;
    private readonly SemaphoreSlim gate = new(1);
    private readonly Task pumps;
    private volatile bool isCut;

    internal ProxiedConnection(FrameProxy proxy, Socket client, Socket server)
    {
        this.proxy = proxy;
        this.client = client;
        this.server = server;
        client.NoDelay = true;
        server.NoDelay = true;
        pumps = Task.WhenAll(PumpAsync(client, server, toServer: true), PumpAsync(server, client, toServer: false));
    }

    /// <summary>A frame that a test keeps to send later.</summary>
    internal Frame? Held { get; set; }

    internal Task ForwardAsync(Frame frame) => SendAsync(frame.ToServer, frame.Bytes);

    internal async Task SendAsync(bool toServer, ReadOnlyMemory<byte> bytes)
    {
        await gate.WaitAsync();
        try
        {
            if (!isCut)
            {
                await (toServer ? server : client).SendAsync(bytes);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // That side has gone; the pump of the other direction says so.
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Ends both directions with an end of the stream; what comes afterwards is swallowed.</summary>
    internal void Cut()
    {
        isCut = true;
        EndOf(client);
        EndOf(server);
    }

    /// <summary>Ends one direction only.</summary>
    internal void CutTowards(bool server) => EndOf(server ? this.server : client);

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        server.Dispose();
        await pumps;
        gate.Dispose();
    }

    private async Task PumpAsync(Socket from, Socket to, bool toServer)
    {
        try
        {
            using var stream = new NetworkStream(from);
            for (int index = 0; ; index++)
            {
                byte[]? frame = await ReadFrameAsync(stream, toServer && index == 0 ? HandshakeLayout.OpeningBytes : 0);
                if (frame is null)
                {
                    break;
                }

                if (!isCut)
                {
                    await proxy.OnFrame(this, new Frame(toServer, index, frame));
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // A reset, or the test is over.
        }

        EndOf(to);
    }

    private static async Task<byte[]?> ReadFrameAsync(NetworkStream stream, int extraBytes)
    {
        byte[] head = new byte[extraBytes + HandshakeLayout.LengthBytes];
        if (await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false) < head.Length)
        {
            return null;
        }

        byte[] body = new byte[BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(extraBytes))];
        await stream.ReadExactlyAsync(body);
        return [.. head, .. body];
    }

    private static void EndOf(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }
}
