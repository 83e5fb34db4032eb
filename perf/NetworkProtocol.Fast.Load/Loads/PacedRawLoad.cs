using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Cli.Bench;

namespace NetworkProtocol.Fast.Loading.Loads;

/// <summary>Messages of the same size on the wire as the packets, over bare sockets, at a fixed rate.</summary>
internal sealed class PacedRawLoad(IPEndPoint target, BenchOptions options, double rate)
    : PacedLoad(options.Shape, rate)
{
    protected override async Task<IPacedConnection> ConnectAsync(
        PacedSlots slots, CancellationToken cancellationToken)
    {
        Socket socket = RawServer.CreateSocket();
        var connection = new PacedStream(socket, Run, slots, options.WireBytes);
        await socket.ConnectAsync(target, cancellationToken).ConfigureAwait(false);

        // With inline completions this runs on the socket's I/O thread, which must be free for the load.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        connection.Begin();
        return connection;
    }
}
