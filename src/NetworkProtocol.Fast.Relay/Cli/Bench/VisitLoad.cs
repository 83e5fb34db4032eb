using System;
using System.Collections.Generic;
using System.IO;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>Connections that are opened and closed again, so many at a time: each counts as a message, and its time is
/// the latency.</summary>
internal abstract class VisitLoad(LoadShape shape) : Load(shape)
{
    private readonly List<LoadMeter> meters = [];
    private readonly List<Task> loops = [];

    internal override Task OpenAsync(CancellationToken cancellationToken)
    {
        for (int i = 0; i < Shape.Connections; i++)
        {
            meters.Add(AddMeter());
        }

        return Task.CompletedTask;
    }

    internal override void Begin()
    {
        foreach (LoadMeter meter in meters)
        {
            loops.Add(Task.Run(() => LoopAsync(meter)));
        }
    }

    public override async ValueTask DisposeAsync() => await Task.WhenAll(loops).ConfigureAwait(false);

    /// <summary>Opens a connection, uses it, records how long that took, and closes it.</summary>
    protected abstract Task VisitAsync(LoadMeter meter);

    private async Task LoopAsync(LoadMeter meter)
    {
        try
        {
            while (!Run.IsStopping)
            {
                await VisitAsync(meter).ConfigureAwait(false);
            }

            Run.ConnectionDone();
        }
        catch (Exception e) when (e is TransportException or CommandFailedException or IOException or SocketException
            or AuthenticationException)
        {
            Run.Fail(e.Message);
        }
    }
}
