using System;
using System.Net;
using System.Net.Sockets;

namespace NetworkProtocol.Fast.Transport;

/// <summary>Makes sockets for endpoints and sets their options.</summary>
internal static class StreamSocket
{
    internal static Socket Create(EndPoint address)
    {
        SocketRuntime.MarkSocketMade();
        if (address.AddressFamily == AddressFamily.Unix)
        {
            return new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        }

        Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (address is IPEndPoint { Address: IPAddress ip } && ip.Equals(IPAddress.IPv6Any))
        {
            socket.DualMode = true;
        }

        return socket;
    }

    /// <summary>On Linux a listening socket hands these down to what it accepts, so they cost no call there.</summary>
    internal static void Apply(Socket socket, TransportOptions options)
    {
        if (options.SendBufferBytes > 0)
        {
            socket.SendBufferSize = options.SendBufferBytes;
        }

        if (options.ReceiveBufferBytes > 0)
        {
            socket.ReceiveBufferSize = options.ReceiveBufferBytes;
        }

        if (socket.ProtocolType != ProtocolType.Tcp)
        {
            return;
        }

        socket.NoDelay = options.NoDelay;
        if (options.KeepAliveTime <= TimeSpan.Zero)
        {
            return;
        }

        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        SetSeconds(socket, SocketOptionName.TcpKeepAliveTime, options.KeepAliveTime);
        SetSeconds(socket, SocketOptionName.TcpKeepAliveInterval, options.KeepAliveInterval);
        socket.SetSocketOption(
            SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, options.KeepAliveRetryCount);
    }

    private static void SetSeconds(Socket socket, SocketOptionName name, TimeSpan value) =>
        socket.SetSocketOption(SocketOptionLevel.Tcp, name, Math.Max(1, (int)value.TotalSeconds));
}
