using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>Messages of the same size on the wire as the packets, over bare sockets.</summary>
internal sealed class RawLoad(IPEndPoint target, int wireBytes, LoadShape shape) : Load(shape)
{
    private readonly List<RawLoadConnection> connections = [];

    internal override async Task OpenAsync(CancellationToken cancellationToken)
    {
        for (int i = 0; i < Shape.Connections; i++)
        {
            Socket socket = RawServer.CreateSocket();
            connections.Add(new RawLoadConnection(
                socket, Run, new EchoMeter(Run, AddMeter(), wireBytes, Shape.InFlight)));
            await socket.ConnectAsync(target, cancellationToken).ConfigureAwait(false);
        }

        // With inline completions this runs on the last socket's I/O thread, which must be free for the load.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
    }

    internal override void Begin()
    {
        foreach (RawLoadConnection connection in connections)
        {
            connection.Begin();
        }
    }

    public override ValueTask DisposeAsync()
    {
        foreach (RawLoadConnection connection in connections)
        {
            connection.Dispose();
        }

        return ValueTask.CompletedTask;
    }
}
