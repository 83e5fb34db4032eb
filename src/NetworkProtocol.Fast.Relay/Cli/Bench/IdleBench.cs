using System;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>Measures what an idle link costs a relay.</summary>
internal static class IdleBench
{
    /// <summary>The first links also pay for pools and code that all share, so they are not counted.</summary>
    internal const int BaselineLinks = 100;

    private static readonly Duration Heartbeat = Duration.Seconds(3);

    // A dead link is closed after three heartbeats, so whatever lives on has answered. The pool gives unused blocks
    // back every five seconds, which this leaves time for twice.
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(12);

    internal static async Task<IdleResult> RunAsync(int count, CancellationToken cancellationToken)
    {
        // The relay has the same limit: it inherits this one.
        DescriptorLimit.Require(count);
        using var runtime = new LinkRuntime();
        using RelayChild relay = await RelayChild
            .StartAsync(count + DescriptorLimit.Reserve, Heartbeat, cancellationToken).ConfigureAwait(false);
        var links = new IdleLinks(runtime, Heartbeat, security: null);
        try
        {
            long empty = relay.ResidentBytes;
            await links.OpenAsync(relay.Endpoint, BaselineLinks, cancellationToken).ConfigureAwait(false);
            await links.LiveAsync(Settle, cancellationToken).ConfigureAwait(false);
            long baseline = relay.ResidentBytes;
            await links.OpenAsync(relay.Endpoint, count, cancellationToken).ConfigureAwait(false);
            await links.LiveAsync(Settle, cancellationToken).ConfigureAwait(false);
            return new IdleResult(count, empty, baseline, relay.ResidentBytes);
        }
        finally
        {
            links.Close();
        }
    }
}
