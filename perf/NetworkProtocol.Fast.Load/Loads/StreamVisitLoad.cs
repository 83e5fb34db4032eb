using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Cli.Bench;

namespace NetworkProtocol.Fast.Loading.Loads;

/// <summary>Byte streams, bare or TLS, that are opened and closed again, with a message between if asked for.</summary>
/// <param name="kind">Raw or Tls.</param>
/// <param name="target">Who echoes.</param>
/// <param name="wireBytes">Bytes of the one message; 0 sends none.</param>
/// <param name="shape">How many at a time.</param>
internal sealed class StreamVisitLoad(LoadKind kind, IPEndPoint target, int wireBytes, LoadShape shape) : Load(shape)
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

    private async Task LoopAsync(LoadMeter meter)
    {
        byte[] message = new byte[wireBytes];
        try
        {
            while (!Run.IsStopping)
            {
                long start = Stopwatch.GetTimestamp();
                Stream stream = kind == LoadKind.Tls
                    ? await TlsClient.ConnectTlsAsync(target, CancellationToken.None).ConfigureAwait(false)
                    : await TlsClient.ConnectAsync(target, CancellationToken.None).ConfigureAwait(false);
                await using (stream.ConfigureAwait(false))
                {
                    if (wireBytes > 0)
                    {
                        await stream.WriteAsync(message).ConfigureAwait(false);
                        await stream.ReadExactlyAsync(message).ConfigureAwait(false);
                    }

                    meter.Record(Stopwatch.GetTimestamp() - start);
                }
            }

            Run.ConnectionDone();
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException)
        {
            Run.Fail(e.Message);
        }
    }
}
