using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Loading.Loads;
using NetworkProtocol.Fast.Relay.Cli;
using NetworkProtocol.Fast.Relay.Cli.Bench;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Loading.Roles;

/// <summary>Opens links that only live, first some and then all: says "baseline" and "full", and holds them.</summary>
internal static class IdleRole
{
    private static readonly Duration Heartbeat = Duration.Seconds(15);

    internal static async Task RunAsync(Arguments arguments)
    {
        LoadKind kind = arguments.NextKind();
        Endpoint target = arguments.NextTarget();
        int baseline = arguments.Integer("--baseline", 100);
        int count = arguments.Integer("--connections", 10_000);
        TimeSpan settle = TimeSpan.FromSeconds(arguments.Number("--settle", 12));
        arguments.End();
        DescriptorLimit.Require(count);
        Task inputEnded = Line.InputEndedAsync();
        await (kind is LoadKind.Raw or LoadKind.Tls
            ? HoldStreamsAsync(kind, target, baseline, count, settle, inputEnded)
            : HoldLinksAsync(kind, target, baseline, count, settle, inputEnded)).ConfigureAwait(false);
    }

    private static async Task HoldLinksAsync(
        LoadKind kind, Endpoint target, int baseline, int count, TimeSpan settle, Task inputEnded)
    {
        using var runtime = new LinkRuntime();
        var links = new IdleLinks(runtime, Heartbeat, GenerateRole.SecurityOf(kind, target));
        await links.OpenAsync(target, baseline, CancellationToken.None).ConfigureAwait(false);
        await links.LiveAsync(settle, CancellationToken.None).ConfigureAwait(false);
        Line.Event("baseline");

        // A handshake needs processor time of both ends, and too many of one address at a time are refused.
        const int Step = 32;
        for (int open = baseline; open < count; open = Math.Min(open + Step, count))
        {
            await links.OpenAsync(target, Math.Min(open + Step, count), CancellationToken.None).ConfigureAwait(false);
        }

        await links.LiveAsync(settle, CancellationToken.None).ConfigureAwait(false);
        Line.Event("full");
        await inputEnded.ConfigureAwait(false);
    }

    private static async Task HoldStreamsAsync(
        LoadKind kind, Endpoint target, int baseline, int count, TimeSpan settle, Task inputEnded)
    {
        var streams = new List<Stream>();
        try
        {
            while (streams.Count < count)
            {
                if (streams.Count == baseline)
                {
                    await Task.Delay(settle).ConfigureAwait(false);
                    Line.Event("baseline");
                }

                streams.Add(kind == LoadKind.Tls
                    ? await TlsClient.ConnectTlsAsync(Arguments.AddressOf(target), CancellationToken.None)
                        .ConfigureAwait(false)
                    : await TlsClient.ConnectAsync(Arguments.AddressOf(target), CancellationToken.None)
                        .ConfigureAwait(false));
            }

            await Task.Delay(settle).ConfigureAwait(false);
            Line.Event("full");
            await inputEnded.ConfigureAwait(false);
        }
        finally
        {
            foreach (Stream stream in streams)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }
        }
    }
}
