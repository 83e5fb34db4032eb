using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Cli.Bench;

namespace NetworkProtocol.Fast.Loading.Roles;

/// <summary>The yardsticks without a protocol: a byte echo, and a byte relay between each client and a connection of
/// its own to the target. It is the least that one over SocketAsyncEventArgs has to do.</summary>
internal static class RawServers
{
    internal static async Task EchoAsync(Arguments arguments)
    {
        arguments.End();
        RawServer server = RawServer.Echo();
        await using (server.ConfigureAwait(false))
        {
            await ListenAsync(server.EndPoint).ConfigureAwait(false);
        }
    }

    internal static async Task RelayAsync(Arguments arguments)
    {
        IPEndPoint target = arguments.NextAddress();
        arguments.End();
        var server = new RawServer(client => _ = RelayAsync(client, target));
        await using (server.ConfigureAwait(false))
        {
            await ListenAsync(server.EndPoint).ConfigureAwait(false);
        }
    }

    private static async Task RelayAsync(Socket client, IPEndPoint target)
    {
        Socket upstream = RawServer.CreateSocket();
        try
        {
            await upstream.ConnectAsync(target).ConfigureAwait(false);
            new RawPump(client, upstream).Run();
            new RawPump(upstream, client).Run();
        }
        catch (SocketException)
        {
            client.Dispose();
            upstream.Dispose();
        }
    }

    private static Task ListenAsync(IPEndPoint endPoint)
    {
        Line.Write("listening", json => json.WriteString("endpoint", $"tcp://{endPoint}"));
        return Line.InputEndedAsync();
    }
}
