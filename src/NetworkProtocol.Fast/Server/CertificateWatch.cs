using System;
using System.Threading;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Server;

/// <summary>
/// Looks once a second whether a file of a TLS listener has changed, and reads all of them again. New handshakes go by
/// what was read; sessions that stand are left alone. A file that cannot be used changes nothing and is reported once.
/// </summary>
internal sealed class CertificateWatch(TlsAcceptor tls, TimerWheel wheel, ILogger logger)
    : WheelTimer, IThreadPoolWorkItem
{
    private const long IntervalMs = 1_000;

    private readonly Lock gate = new();
    private string? reported;

    // 1 while a look is queued or runs: a slow disk must not pile them up.
    private int looking;

    internal void Start() => wheel.Schedule(this, wheel.NowMs + IntervalMs);

    internal void Stop() => wheel.Remove(this);

    /// <summary>Reads the files now, changed or not. Not on an I/O thread.</summary>
    internal void Reload()
    {
        lock (gate)
        {
            reported = null;
            Read();
        }
    }

    /// <summary>Reads the files now, changed or not, but leaves it to the caller when they take effect.</summary>
    /// <returns>Puts them into force; cannot fail.</returns>
    /// <exception cref="KeyFileException">A file cannot be used; everything stays as it was.</exception>
    internal Action Prepare()
    {
        Action apply = tls.Prepare();
        return () =>
        {
            lock (gate)
            {
                apply();
                reported = null;
                ServerLog.CertificatesRead(logger, tls.Certificates.Describe());
            }
        };
    }

    /// <inheritdoc/>
    protected internal override long OnTick(long nowMs)
    {
        if (Interlocked.Exchange(ref looking, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        return nowMs + IntervalMs;
    }

    void IThreadPoolWorkItem.Execute()
    {
        lock (gate)
        {
            if (tls.Certificates.HasChanged)
            {
                Read();
            }
        }

        Volatile.Write(ref looking, 0);
    }

    private void Read()
    {
        try
        {
            tls.Reload();
            reported = null;
            ServerLog.CertificatesRead(logger, tls.Certificates.Describe());
        }
        catch (KeyFileException e)
        {
            if (e.Message != reported)
            {
                ServerLog.CertificatesUnusable(logger, e.Message);
                reported = e.Message;
            }
        }
    }
}
