using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Tests.Admin;

/// <summary>A client that sends what a test says, well-formed or not, and reads responses one by one.</summary>
internal sealed class RawHttp : IDisposable
{
    private readonly Socket socket;
    private readonly NetworkStream stream;
    private readonly List<byte> unread = [];

    private RawHttp(Socket socket)
    {
        this.socket = socket;
        stream = new NetworkStream(socket);
    }

    internal static async Task<RawHttp> ConnectAsync(Endpoint endpoint, CancellationToken cancellation)
    {
        bool isUnix = endpoint.Scheme == EndpointScheme.Unix;
        var socket = isUnix
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(isUnix
            ? new UnixDomainSocketEndPoint(endpoint.Path)
            : new IPEndPoint(IPAddress.Loopback, endpoint.Port), cancellation);
        return new RawHttp(socket);
    }

    /// <summary>One request on a connection of its own.</summary>
    internal static async Task<RawResponse> AskAsync(
        Endpoint endpoint, string method, string path, CancellationToken cancellation, string? token = null,
        string? body = null, string host = "localhost")
    {
        using RawHttp http = await ConnectAsync(endpoint, cancellation);
        string authorization = token is null ? string.Empty : $"Authorization: Bearer {token}\r\n";
        string length = method == "POST" ? $"Content-Length: {Encoding.UTF8.GetByteCount(body ?? "")}\r\n" : "";
        await http.SendAsync(
            $"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{authorization}{length}Connection: close\r\n\r\n{body}",
            cancellation);
        return await http.ReadAsync(cancellation, isHead: method == "HEAD");
    }

    internal async Task SendAsync(string text, CancellationToken cancellation) =>
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text), cancellation);

    internal void EndSending() => socket.Shutdown(SocketShutdown.Send);

    /// <summary>The next response.</summary>
    /// <exception cref="EndOfStreamException">The stream ended first.</exception>
    internal async Task<RawResponse> ReadAsync(CancellationToken cancellation, bool isHead = false)
    {
        int end;
        while ((end = Text().IndexOf("\r\n\r\n", StringComparison.Ordinal)) < 0)
        {
            await MoreAsync(cancellation);
        }

        string[] lines = Text()[..end].Split("\r\n");
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string line in lines[1..])
        {
            headers.Add(line[..line.IndexOf(':')], line[(line.IndexOf(':') + 1)..].Trim());
        }

        int length = isHead ? 0 : int.Parse(headers["Content-Length"]);
        while (unread.Count < end + 4 + length)
        {
            await MoreAsync(cancellation);
        }

        string body = Encoding.UTF8.GetString([.. unread.GetRange(end + 4, length)]);
        unread.RemoveRange(0, end + 4 + length);
        return new RawResponse(int.Parse(lines[0].Split(' ')[1]), headers, body);
    }

    /// <summary>Whether the server has closed, after nothing more was sent.</summary>
    internal async Task<bool> EndsAsync(CancellationToken cancellation)
    {
        try
        {
            return unread.Count == 0 && await stream.ReadAsync(new byte[1], cancellation) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    public void Dispose()
    {
        stream.Dispose();
        socket.Dispose();
    }

    private string Text() => Encoding.Latin1.GetString([.. unread]);

    private async Task MoreAsync(CancellationToken cancellation)
    {
        byte[] buffer = new byte[8192];
        int read = await stream.ReadAsync(buffer, cancellation);
        if (read == 0)
        {
            throw new EndOfStreamException("the server closed before the response was whole");
        }

        unread.AddRange(buffer.AsSpan(0, read));
    }
}
