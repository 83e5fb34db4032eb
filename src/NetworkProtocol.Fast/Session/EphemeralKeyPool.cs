using System;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Threading;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// Ephemeral key pairs made ahead of the handshakes that use them, one each. Taking one never waits: below half of the
/// capacity a refill is queued among the handshakes, and whoever finds the pool empty makes a pair by itself, which
/// costs about 20 us. Any thread.
/// </summary>
internal sealed class EphemeralKeyPool : IThreadPoolWorkItem, IDisposable
{
    private readonly ConcurrentQueue<P256KeyPair> ready = new();
    private readonly int capacity;
    private readonly HandshakeWorkers workers;

    // 1 while a refill is queued or runs, so that there is one at a time and the queue never holds more than the
    // capacity. Set by any thread with an exchange, cleared by the refill.
    private int refilling;
    private volatile bool disposed;

    /// <param name="capacity">Most pairs kept; refilling begins below half of them. 32 pairs cost 0.7 ms of one thread
    /// and a few kilobytes.</param>
    /// <param name="workers">Who makes them, one job at a time.</param>
    internal EphemeralKeyPool(int capacity, HandshakeWorkers workers)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        this.capacity = capacity;
        this.workers = workers;
        QueueRefill();
    }

    /// <summary>Pairs that are ready now.</summary>
    internal int Count => ready.Count;

    /// <summary>No refill is queued or running.</summary>
    internal bool IsIdle => Volatile.Read(ref refilling) == 0;

    /// <summary>A pair that no one else gets; the caller disposes it, or hands it to a handshake.</summary>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    internal P256KeyPair Take()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        ready.TryDequeue(out P256KeyPair? pair);

        // A refill that is just ending may miss this; then the next taker asks again.
        if (ready.Count < (capacity + 1) / 2)
        {
            QueueRefill();
        }

        return pair ?? P256KeyPair.Generate();
    }

    /// <summary>Releases the pairs that no one took.</summary>
    public void Dispose()
    {
        disposed = true;
        Drain();
    }

    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            while (!disposed && ready.Count < capacity)
            {
                ready.Enqueue(P256KeyPair.Generate());
            }
        }
        catch (CryptographicException)
        {
            // The platform makes no keys now. The next handshake that finds none asks it again and reports.
        }

        // A dispose that came while a pair was being made has not seen it.
        if (disposed)
        {
            Drain();
        }

        Volatile.Write(ref refilling, 0);
    }

    private void QueueRefill()
    {
        if (Volatile.Read(ref refilling) == 0 && Interlocked.Exchange(ref refilling, 1) == 0
            && !workers.TryQueue(this))
        {
            Volatile.Write(ref refilling, 0);
        }
    }

    private void Drain()
    {
        while (ready.TryDequeue(out P256KeyPair? pair))
        {
            pair.Dispose();
        }
    }
}
