using System;
using System.Collections.Generic;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Relay.Tests.Lifecycle;

/// <summary>What a service manager listens on: a datagram socket at a path or an abstract name.</summary>
internal sealed class NotifySocket : IDisposable
{
    private const int NoticeBytesMax = 4096;

    private readonly Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    private readonly UnixDomainSocketEndPoint end;

    /// <param name="address">As NOTIFY_SOCKET has it.</param>
    internal NotifySocket(string address)
    {
        end = new UnixDomainSocketEndPoint(address[0] == '@' ? "\0" + address[1..] : address);
        socket.Bind(end);
    }

    /// <summary>Signs of life that came so far.</summary>
    internal int Signs { get; private set; }

    /// <summary>Leaves no room for what the process tells: a manager that has stopped reading.</summary>
    internal void Fill()
    {
        using var other = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        other.Connect(end);
        other.Blocking = false;
        try
        {
            while (true)
            {
                other.Send("FILLING=1"u8);
            }
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock)
        {
            // Full.
        }
    }

    /// <summary>The next notice, as its lines by name; signs of life only where they are asked for.</summary>
    internal async Task<Dictionary<string, string>> NextAsync(
        CancellationToken cancellation, bool isLifeAsked = false)
    {
        byte[] buffer = new byte[NoticeBytesMax];
        while (true)
        {
            int length = await socket.ReceiveAsync(buffer, cancellation);
            var notice = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (string line in Encoding.UTF8.GetString(buffer, 0, length).Split('\n'))
            {
                string[] parts = line.Split('=', 2);
                notice.Add(parts[0], parts[1]);
            }

            bool isSign = notice.ContainsKey("WATCHDOG");
            Signs += isSign ? 1 : 0;
            if (isLifeAsked == isSign && !notice.ContainsKey("FILLING"))
            {
                return notice;
            }
        }
    }

    public void Dispose() => socket.Dispose();
}
