using System;
using System.Diagnostics;
using System.Threading;
using NetworkProtocol.Fast.Relay.Cli.Bench;

namespace NetworkProtocol.Fast.Loading.Loads;

/// <summary>
/// Requests under way of one connection of an open loop. The pacer's thread takes slots in turn, the receive side gives
/// them back; a slot goes from the one to the other and back through its intended time, which is 0 while it is free.
/// </summary>
internal sealed class PacedSlots(LoadRun run, LoadMeter meter, int inFlight)
{
    private readonly long[] intendedAt = new long[inFlight];

    // The pacer's own.
    private int next;

    // Requests under way, and one more until the pacer has finished. Whoever takes the last away ends the connection.
    private int underWay = 1;

    internal int Count => intendedAt.Length;

    /// <returns>The slot, or -1 when the one whose turn it is waits for its reply: this many are under way.</returns>
    internal int Take(long intended)
    {
        int slot = next;
        if (Volatile.Read(ref intendedAt[slot]) != 0)
        {
            return -1;
        }

        Volatile.Write(ref intendedAt[slot], intended);
        Interlocked.Increment(ref underWay);
        next = slot + 1 == intendedAt.Length ? 0 : slot + 1;
        return slot;
    }

    /// <summary>Its reply is here: the time since it was meant to be sent counts.</summary>
    internal void Return(int slot)
    {
        long intended = Interlocked.Exchange(ref intendedAt[slot], 0);
        if (intended != 0)
        {
            meter.Record(intended, Stopwatch.GetTimestamp());
            Leave();
        }
    }

    /// <summary>Takes back what is under way: no more replies count.</summary>
    /// <param name="onMissing">Called with the intended time of each.</param>
    internal void GiveUp(Action<long> onMissing)
    {
        for (int slot = 0; slot < intendedAt.Length; slot++)
        {
            long intended = Interlocked.Exchange(ref intendedAt[slot], 0);
            if (intended != 0)
            {
                onMissing(intended);
            }
        }
    }

    /// <summary>The pacer takes no more.</summary>
    internal void Finish() => Leave();

    private void Leave()
    {
        if (Interlocked.Decrement(ref underWay) == 0)
        {
            run.ConnectionDone();
        }
    }
}
