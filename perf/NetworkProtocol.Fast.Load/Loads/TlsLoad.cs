using System.Collections.Generic;
using System.Net;
using System.Net.Security;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Cli.Bench;

namespace NetworkProtocol.Fast.Loading.Loads;

/// <summary>Messages of the same size on the wire as the packets, over TLS.</summary>
internal sealed class TlsLoad(IPEndPoint target, int wireBytes, LoadShape shape) : Load(shape)
{
    private readonly List<TlsLoadConnection> connections = [];

    internal override async Task OpenAsync(CancellationToken cancellationToken)
    {
        for (int i = 0; i < Shape.Connections; i++)
        {
            SslStream stream = await TlsClient.ConnectTlsAsync(target, cancellationToken).ConfigureAwait(false);
            connections.Add(new TlsLoadConnection(
                stream, Run, new EchoMeter(Run, AddMeter(), wireBytes, Shape.InFlight)));
        }

        // With inline completions this runs on the last socket's I/O thread, which must be free for the load.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
    }

    internal override void Begin()
    {
        foreach (TlsLoadConnection connection in connections)
        {
            connection.Begin();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (TlsLoadConnection connection in connections)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }
}
