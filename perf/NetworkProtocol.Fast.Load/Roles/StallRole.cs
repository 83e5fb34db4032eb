using System;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Relay.Cli;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Loading.Roles;

/// <summary>
/// A client that sends requests as fast as it may and never reads a reply. It speaks the protocol by hand: a link of
/// the library would read.
/// </summary>
internal static class StallRole
{
    internal static async Task RunAsync(Arguments arguments)
    {
        Endpoint target = arguments.NextTarget();
        int payloadBytes = arguments.Integer("--size", 64 << 10);
        arguments.End();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(Arguments.AddressOf(target)).ConfigureAwait(false);
        await SendAsync(socket, Opening(), CancellationToken.None).ConfigureAwait(false);
        Line.Event("stalled");
        using var stop = new CancellationTokenSource();
        Task<long> asking = AskAsync(socket, payloadBytes, stop.Token);
        await Line.InputEndedAsync().ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        long requests = await asking.ConfigureAwait(false);
        Line.Write("result", json => json.WriteNumber("requests", requests));
    }

    // The server closes it for being slow; it comes back with nothing then, and only waits for its end.
    private static async Task<long> AskAsync(Socket socket, int payloadBytes, CancellationToken stop)
    {
        byte[] payload = new byte[payloadBytes];
        byte[] request = new byte[PacketHeader.BytesCount + payloadBytes];
        long sent = 0;
        try
        {
            while (true)
            {
                WriteEcho(request, (uint)(sent + 1), payload);
                await SendAsync(socket, request, stop).ConfigureAwait(false);
                sent++;
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return sent;
        }
    }

    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await socket.SendAsync(bytes, stop).ConfigureAwait(false)..];
        }
    }

    private static byte[] Opening()
    {
        byte[] hello = new byte[512];
        var writer = new PacketWriter(hello);
        return writer.TryWriteHello(new LinkSettings { Software = "npfast-load stall" })
            ? [.. PlainOpening.Magic, .. writer.Written]
            : throw new CommandFailedException("the Hello does not fit its buffer");
    }

    private static void WriteEcho(byte[] request, uint correlation, byte[] payload)
    {
        var writer = new PacketWriter(request);
        var header = new PacketHeader { Type = PacketType.Echo, Correlation = correlation };
        if (!writer.TryWrite(in header, default, payload))
        {
            throw new CommandFailedException("the request does not fit its buffer");
        }
    }
}
