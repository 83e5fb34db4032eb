using System;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Client;

/// <summary>The connection, made again whenever it is lost.</summary>
public sealed partial class PacketClient
{
    // Follows one connection after the other to its end. Only with AutoReconnect.
    private async Task KeepAsync()
    {
        int failures = 0;
        Leg current = Volatile.Read(ref leg);
        while (true)
        {
            LinkClosed ended = await current.Connection.Closed.ConfigureAwait(false);
            if (stopping.IsCancellationRequested || !ended.IsRetryable)
            {
                Finish(current, ended);
                return;
            }

            ClientLog.Lost(logger, current.Connection.Remote, ended);

            // A server that opens connections and loses them at once must not be asked at full speed, nor for ever.
            bool wasReliable = current.Connection.AgeMs >= (long)options.ReconnectDelayMax.TotalMilliseconds;
            failures = wasReliable ? 0 : failures;
            (ClientConnection? made, failures) = await TryAgainAsync(failures).ConfigureAwait(false);
            if (made is null)
            {
                Finish(current, ended);
                return;
            }

            Leg next = new(made);
            Volatile.Write(ref leg, next);
            Interlocked.Increment(ref reconnects);
            ClientLog.Again(logger, made.Remote, failures);
            current.Next.SetResult(next);
            current = next;
            if (stopping.IsCancellationRequested)
            {
                // Whoever closes the client may have closed the connection before.
                await made.EndAsync().ConfigureAwait(false);
            }
        }
    }

    // Null when the client is closed meanwhile, or there were as many failures in a row as are allowed.
    private async Task<(ClientConnection? Made, int Failures)> TryAgainAsync(int failures)
    {
        while (options.ReconnectAttemptsMax == 0 || failures < options.ReconnectAttemptsMax)
        {
            TimeSpan delay = ReconnectDelay.After(failures, options.ReconnectDelayMin, options.ReconnectDelayMax);
            await Task.Delay(delay, runtime.Wheel.Time, stopping.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stopping.IsCancellationRequested)
            {
                return (null, failures);
            }

            failures = Math.Min(failures + 1, 1 << 20);
            try
            {
                return (await connect(stopping.Token).ConfigureAwait(false), failures);
            }
            catch (Exception e) when (e is TransportException or PacketConnectionException or TimeoutException)
            {
                // The first failure and then each doubling: a dead server must not fill the log.
                if (int.IsPow2(failures))
                {
                    ClientLog.Unreachable(logger, failures, e.Message);
                }

                if (e is PacketConnectionException { Closed.IsRetryable: false })
                {
                    return (null, failures);
                }
            }
            catch (OperationCanceledException)
            {
                return (null, failures);
            }
        }

        ClientLog.GaveUp(logger, failures);
        return (null, failures);
    }

    private void Finish(Leg last, LinkClosed ended)
    {
        messages.Writer.TryComplete();
        closed.TrySetResult(ended);
        last.Next.TrySetResult(null);
    }

    // The connection that takes requests, as soon as there is one, and what is left of the time.
    private async Task<(ClientConnection Connection, TimeSpan Left)> NextAsync(
        TimeSpan limit, CancellationToken cancellationToken)
    {
        long deadline = runtime.Wheel.DeadlineAfter((long)Math.Ceiling(limit.TotalMilliseconds));
        Leg? current = Volatile.Read(ref leg);
        while (!current.Connection.IsTaking)
        {
            try
            {
                var left = TimeSpan.FromMilliseconds(Math.Max(deadline - runtime.Wheel.NowMs, 1));
                current = await current.Next.Task.WaitAsync(left, runtime.Wheel.Time, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                throw new PacketErrorException(ErrorCode.Timeout, "no connection in time");
            }

            if (current is null)
            {
                throw new PacketConnectionException(await closed.Task.ConfigureAwait(false));
            }
        }

        return (current.Connection, TimeSpan.FromMilliseconds(Math.Max(deadline - runtime.Wheel.NowMs, 1)));
    }
}
