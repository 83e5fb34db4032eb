using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;

namespace NetworkProtocol.Fast.Relay.Lifecycle;

/// <summary>
/// Tells a service manager how the process does, as sd_notify(3) describes it: datagrams of NAME=VALUE lines to the
/// socket that NOTIFY_SOCKET names. Says nothing where nobody asked. Thread-safe and never blocks: what a manager that
/// has fallen behind does not take is sent again for two seconds, in order, but for signs of life. A manager that does
/// not listen is logged once and never stops the relay.
/// </summary>
internal sealed class ServiceNotifier : IDisposable
{
    /// <summary>Where the service manager listens: a path, or an abstract name after @.</summary>
    internal const string Variable = "NOTIFY_SOCKET";

    private const int RetriesMax = 40;

    // A reload brings two; whoever asks for reloads while the manager does not listen must not pile them up.
    private const int WaitingMax = 16;

    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(50);

    private readonly ILogger logger;
    private readonly Lock turn = new();
    private readonly Socket? socket;

    // What the manager had no room for yet; guarded by the lock, as are the next two.
    private readonly Queue<string> waiting = new();
    private bool isRetrying;
    private bool isStopping;
    private bool hasFailed;

    /// <param name="address">What NOTIFY_SOCKET holds; null or empty where nobody wants to know.</param>
    /// <param name="logger">For a manager that cannot be reached.</param>
    internal ServiceNotifier(string? address, ILogger logger)
    {
        this.logger = logger;
        if (string.IsNullOrEmpty(address))
        {
            return;
        }

        try
        {
            if (address[0] is not ('/' or '@'))
            {
                throw new ArgumentException("it is neither a path nor an abstract name", nameof(address));
            }

            // The kernel tells an abstract name by its first byte, which is zero.
            var end = new UnixDomainSocketEndPoint(address[0] == '@' ? "\0" + address[1..] : address);
            socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.Connect(end);
            socket.Blocking = false;
        }
        catch (Exception e) when (e is SocketException or ArgumentException or PlatformNotSupportedException)
        {
            socket?.Dispose();
            socket = null;
            hasFailed = true;
            LifecycleLog.ManagerUnreachable(logger, address, e.Message);
        }
    }

    /// <summary>Whether a service manager listens.</summary>
    internal bool IsHeard => socket is not null;

    /// <summary>Everything listens, or a reload has ended.</summary>
    /// <param name="status">One line for people, as systemctl status shows it.</param>
    internal void Ready(string status) => SendUnlessStopping($"READY=1\nSTATUS={status}");

    /// <summary>The configuration is being read again; <see cref="Ready"/> has to follow.</summary>
    internal void Reloading() => SendUnlessStopping(string.Create(CultureInfo.InvariantCulture,
        $"RELOADING=1\nMONOTONIC_USEC={MonotonicMicroseconds}\nSTATUS=reading the configuration again"));

    /// <summary>The process is alive and does its work.</summary>
    internal void Alive() => TrySend("WATCHDOG=1");

    /// <summary>The process drains; nothing but signs of life follows.</summary>
    /// <param name="status">One line for people.</param>
    /// <param name="needed">Time that it may take, which the manager grants even if its own limit is shorter.</param>
    internal void Stopping(string status, TimeSpan needed)
    {
        lock (turn)
        {
            if (!isStopping)
            {
                isStopping = true;
                waiting.Clear();
                SendInOrder(string.Create(CultureInfo.InvariantCulture,
                    $"STOPPING=1\nEXTEND_TIMEOUT_USEC={(long)needed.TotalMicroseconds}\nSTATUS={status}"));
            }
        }
    }

    public void Dispose() => socket?.Dispose();

    // On Linux the stopwatch is CLOCK_MONOTONIC, the clock that the manager compares with.
    private static long MonotonicMicroseconds => (long)(Stopwatch.GetTimestamp() * (1e6 / Stopwatch.Frequency));

    private void SendUnlessStopping(string state)
    {
        lock (turn)
        {
            if (!isStopping)
            {
                SendInOrder(state);
            }
        }
    }

    // With the lock.
    private void SendInOrder(string state)
    {
        if (waiting.Count == 0 && TrySend(state))
        {
            return;
        }

        if (waiting.Count < WaitingMax)
        {
            waiting.Enqueue(state);
        }

        if (!isRetrying)
        {
            isRetrying = true;
            _ = RetryAsync();
        }
    }

    private async Task RetryAsync()
    {
        for (int i = 1; ; i++)
        {
            await Task.Delay(RetryPause).ConfigureAwait(false);
            lock (turn)
            {
                while (waiting.TryPeek(out string? state) && TrySend(state))
                {
                    waiting.Dequeue();
                }

                if (waiting.Count > 0 && i < RetriesMax)
                {
                    continue;
                }

                isRetrying = false;
                if (waiting.Count > 0)
                {
                    waiting.Clear();
                    TellUnreachable("it does not read what it is told");
                }

                return;
            }
        }
    }

    // False when there is no room now; any other failure is final, and told.
    private bool TrySend(string state)
    {
        try
        {
            socket?.Send(Encoding.UTF8.GetBytes(state));
        }
        catch (SocketException e)
            when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable)
        {
            return false;
        }
        catch (SocketException e)
        {
            TellUnreachable(e.Message);
        }
        catch (ObjectDisposedException)
        {
            // The process ends.
        }

        return true;
    }

    private void TellUnreachable(string reason)
    {
        if (!Interlocked.Exchange(ref hasFailed, true))
        {
            LifecycleLog.ManagerUnreachable(logger, Variable, reason);
        }
    }
}
