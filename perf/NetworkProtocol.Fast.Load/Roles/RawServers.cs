using System.Net;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Cli.Bench;

namespace NetworkProtocol.Fast.Loading.Roles;

/// <summary>The yardsticks without a protocol: byte echo and byte relay.</summary>
internal static class RawServers
{
    internal static async Task EchoAsync(Arguments arguments)
    {
        arguments.End();
        var server = new RawEchoServer();
        await using (server.ConfigureAwait(false))
        {
            await ListenAsync(server.EndPoint).ConfigureAwait(false);
        }
    }

    internal static async Task RelayAsync(Arguments arguments)
    {
        IPEndPoint target = arguments.NextAddress();
        arguments.End();
        var server = new RawRelayServer(target);
        await using (server.ConfigureAwait(false))
        {
            await ListenAsync(server.EndPoint).ConfigureAwait(false);
        }
    }

    private static Task ListenAsync(IPEndPoint endPoint)
    {
        Line.Write("listening", json => json.WriteString("endpoint", $"tcp://{endPoint}"));
        return Line.InputEndedAsync();
    }
}
