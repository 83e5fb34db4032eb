using System;
using System.Threading;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// Runs curve arithmetic on the thread pool, a bounded number of jobs at a time and in the order they came, so that it
/// neither holds up socket threads nor takes every processor. Any thread; nobody waits, and nothing is allocated for a
/// job. The lock is held for less than a microsecond.
/// </summary>
internal sealed class HandshakeWorkers : IThreadPoolWorkItem
{
    private readonly Lock gate = new();
    private readonly int concurrency;

    // Jobs that wait, as a ring.
    private readonly IThreadPoolWorkItem?[] jobs;
    private int head;
    private int count;

    // Places in the pool that are taken: each is a work item of this object, queued or running.
    private int active;
    private long refused;

    /// <param name="jobsMax">Most jobs that wait. With the limit of handshakes under way and one job at a time for each
    /// of them, none is ever refused.</param>
    /// <param name="concurrency">Most jobs that run at a time; 0 takes half of the processors, so that the other half
    /// serves sessions that stand.</param>
    internal HandshakeWorkers(int jobsMax, int concurrency = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(jobsMax);
        ArgumentOutOfRangeException.ThrowIfNegative(concurrency);
        jobs = new IThreadPoolWorkItem?[jobsMax];
        this.concurrency = concurrency > 0 ? concurrency : Math.Max(1, Environment.ProcessorCount / 2);
    }

    /// <summary>Most jobs that run at a time.</summary>
    internal int Concurrency => concurrency;

    /// <summary>Jobs that wait for their turn.</summary>
    internal int Waiting
    {
        get
        {
            lock (gate)
            {
                return count;
            }
        }
    }

    /// <summary>Jobs that found the queue full.</summary>
    internal long Refused
    {
        get
        {
            lock (gate)
            {
                return refused;
            }
        }
    }

    /// <summary>Queues a job. It must not throw: like any work item it would end the process.</summary>
    /// <returns>False when the queue is full; the job will not run.</returns>
    internal bool TryQueue(IThreadPoolWorkItem job)
    {
        lock (gate)
        {
            if (count == jobs.Length)
            {
                refused++;
                return false;
            }

            int index = head + count;
            jobs[index >= jobs.Length ? index - jobs.Length : index] = job;
            count++;
            if (active == concurrency)
            {
                return true;
            }

            active++;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }

    /// <summary>Runs one job, and goes to the end of the pool's queue if more are waiting: handlers that were there
    /// before get their turn.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        IThreadPoolWorkItem job;
        lock (gate)
        {
            // A place that went on and one that was taken for the same new job may both have been queued for it.
            if (count == 0)
            {
                active--;
                return;
            }

            job = jobs[head]!;
            jobs[head] = null;
            head = head + 1 == jobs.Length ? 0 : head + 1;
            count--;
        }

        try
        {
            job.Execute();
        }
        finally
        {
            GoOn();
        }
    }

    private void GoOn()
    {
        lock (gate)
        {
            if (count == 0)
            {
                active--;
                return;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
