using System;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Forwarding;

/// <summary>The connection: made, and made again whenever it is lost.</summary>
internal sealed partial class UpstreamLink
{
    // Connects, waits for the end, connects again; ends when stopping.
    private async Task RunAsync()
    {
        int failures = 0;
        while (!stopping.IsCancellationRequested && !Volatile.Read(ref retiring))
        {
            bool wasLive = await RunOnceAsync(failures).ConfigureAwait(false);
            failures = wasLive ? 0 : Math.Min(failures + 1, 16);
            if (Volatile.Read(ref retiring))
            {
                break;
            }

            await Task.Delay(ReconnectDelay.After(failures, options.ReconnectDelayMin, options.ReconnectDelayMax),
                    runtime.Wheel.Time, stopping.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Returns whether it was a connection to rely on: one that an upstream opens and loses at once is a failure, too,
    // and must not be repeated at full speed.
    private async Task<bool> RunOnceAsync(int failures)
    {
        TransportConnection? unowned = null;
        try
        {
            Volatile.Write(ref connecting, true);
            TransportConnection connection = unowned = await TransportConnector
                .ConnectAsync(node, transport, stopping.Token).ConfigureAwait(false);
            var ended = new TaskCompletionSource<LinkClosed>(TaskCreationOptions.RunContinuationsAsynchronously);
            closed = ended;
            var link = new PeerLink(runtime, options.Link, connection, this, LinkRole.Initiating)
            {
                Security = security,
                Totals = totals,
            };
            links.TryAdd(link, int.MaxValue);
            unowned = null;
            link.Start();

            // With a goodbye, or a secure upstream would take the end for somebody's cut.
            using CancellationTokenRegistration stop =
                stopping.Token.Register(() => link.CloseAfterFlush(CloseReason.ShuttingDown, string.Empty));
            LinkClosed reason = await ended.Task.ConfigureAwait(false);
            Volatile.Write(ref connecting, false);
            if (!stopping.IsCancellationRequested && !Volatile.Read(ref retiring))
            {
                NoteLost(reason, failures, link.IsEstablished);
            }

            if (!link.IsEstablished)
            {
                Interlocked.Increment(ref failed);
            }

            return link.IsEstablished && link.AgeMs >= (long)options.ReconnectDelayMax.TotalMilliseconds;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return false;
        }
        catch (TransportException e)
        {
            Volatile.Write(ref connecting, false);
            Interlocked.Increment(ref failed);

            // The first failure and then each doubling: a dead upstream must not fill the log.
            if (int.IsPow2(failures + 1))
            {
                ForwardingLog.UpstreamUnreachable(logger, options.Name, e.Message);
            }

            return false;
        }
#pragma warning disable CA1031 // Whatever it is, it must neither end the link for good nor stay unsaid.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Volatile.Write(ref connecting, false);
            unowned?.Close();
            links.ForEach(static link => link.Close(CloseReason.SystemError, "a fault in the relay"));
            if (int.IsPow2(failures + 1))
            {
                ForwardingLog.LinkFault(logger, e, options.Name, node);
            }

            return false;
        }
    }

    private void NoteLost(LinkClosed reason, int failures, bool wasEstablished)
    {
        if (wasEstablished)
        {
            Interlocked.Increment(ref lost);
        }

        if (reason.Reason != CloseReason.Untrusted)
        {
            ForwardingLog.UpstreamLost(logger, options.Name, node, reason);
        }
        else if (int.IsPow2(failures + 1))
        {
            ForwardingLog.UpstreamUntrusted(logger, options.Name, node, reason.Detail);
        }
    }
}
