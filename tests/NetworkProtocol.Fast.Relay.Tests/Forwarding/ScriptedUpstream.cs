using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Tests.Forwarding;

/// <summary>An upstream that does what no server of ours would: each connection opens its session, then follows the
/// script.</summary>
internal sealed class ScriptedUpstream : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Func<Socket, CancellationToken, Task> script;
    private readonly LinkSettings? settings;
    private readonly Task accepting;
    private int connections;

    /// <param name="script">What a connection does once its session is open.</param>
    /// <param name="settings">What it announces; null for the defaults.</param>
    internal ScriptedUpstream(Func<Socket, CancellationToken, Task> script, LinkSettings? settings = null)
    {
        this.script = script;
        this.settings = settings;
        listener.Start();
        accepting = Task.Run(AcceptAsync);
    }

    internal Endpoint Endpoint => Endpoint.Tcp("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port);

    internal int Connections => Volatile.Read(ref connections);

    /// <summary>Reads one packet; its header.</summary>
    internal static async Task<PacketHeader> ReadPacketAsync(Socket socket, CancellationToken cancellationToken)
    {
        byte[] header = await ReadAsync(socket, PacketHeader.BytesCount, cancellationToken);
        PacketHeader read = PacketHeader.Read(header);
        await ReadAsync(socket, read.NameLength + (int)read.PayloadLength, cancellationToken);
        return read;
    }

    internal static async Task SendAsync(Socket socket, PacketHeader header, byte[] payload)
    {
        byte[] packet = new byte[PacketHeader.BytesCount + payload.Length];
        new PacketWriter(packet).TryWrite(header, default, payload);
        await socket.SendAsync(packet);
    }

    internal static async Task SendDisconnectAsync(Socket socket)
    {
        byte[] packet = new byte[64];
        var writer = new PacketWriter(packet);
        writer.TryWriteDisconnect(ErrorCode.ShuttingDown, "going");
        await socket.SendAsync(packet.AsMemory(0, writer.Written.Length));
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await accepting;
        stopping.Dispose();
        listener.Dispose();
    }

    private static async Task<byte[]> ReadAsync(Socket socket, int bytes, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[bytes];
        for (int filled = 0; filled < bytes;)
        {
            int read = await socket.ReceiveAsync(buffer.AsMemory(filled), cancellationToken);
            if (read == 0)
            {
                throw new OperationCanceledException("the relay closed");
            }

            filled += read;
        }

        return buffer;
    }

    private async Task AcceptAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                using Socket socket = await listener.AcceptSocketAsync(stopping.Token);
                Interlocked.Increment(ref connections);
                await ReadAsync(socket, PlainOpening.Magic.Length, stopping.Token);
                await ReadPacketAsync(socket, stopping.Token);
                await socket.SendAsync(RawPacket.Opening(settings));
                await script(socket, stopping.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // The relay has gone, or the test is over.
            }
        }
    }
}
