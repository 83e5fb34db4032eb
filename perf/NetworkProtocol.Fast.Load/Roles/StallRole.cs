using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Loading.Loads;
using NetworkProtocol.Fast.Relay.Cli;
using NetworkProtocol.Fast.Relay.Cli.Bench;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Loading.Roles;

/// <summary>Clients that send requests as fast as they may and never read the replies. Says "stalled" when all of them
/// have begun, and how much they asked for at its end.</summary>
internal static class StallRole
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(10);

    // The other side is the slow one here, and says nothing that is read.
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    internal static async Task RunAsync(Arguments arguments)
    {
        LoadKind kind = arguments.NextKind();
        Endpoint target = arguments.NextTarget();
        int payloadBytes = arguments.Integer("--size", 64 << 10);
        int connections = arguments.Integer("--connections", 1);
        arguments.End();
        if (kind is not (LoadKind.Plain or LoadKind.Secure)
            || PacketName.Parse("ECHO", out PacketName name) is not null)
        {
            throw new UsageException("stall takes plain or secure");
        }

        var options = new LinkOptions
        {
            SendQueueLimitBytes = 4 << 20,
            HeartbeatInterval = Patience,
            SlowPeerTimeout = Patience,
            Software = "npfast-load stall",
        };
        using var runtime = new LinkRuntime();
        var run = new LoadRun(connections);
        var links = new List<StalledLink>();
        for (int i = 0; i < connections; i++)
        {
            TransportConnection transport = await TransportConnector
                .ConnectAsync(target, TransportOptions.Default, default).ConfigureAwait(false);
            var link = new StalledLink(run, name, new byte[payloadBytes]);
            await link.OpenAsync(runtime, options, GenerateRole.SecurityOf(kind, target), transport)
                .WaitAsync(OpenTimeout).ConfigureAwait(false);
            link.SendMore();
            links.Add(link);
        }

        Line.Event("stalled");
        Task inputEnded = Line.InputEndedAsync();
        while (await Task.WhenAny(inputEnded, Task.Delay(Interval)).ConfigureAwait(false) != inputEnded)
        {
            links.ForEach(static link => link.SendMore());
        }

        Line.Write("result", json => json.WriteNumber("requests", links.Sum(static link => link.Sent)));
    }
}
