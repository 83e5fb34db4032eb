using System;
using System.Diagnostics;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>
/// Counts messages that are only a number of bytes. Bytes keep their order, so the oldest message under way is the one
/// that ends next. Owned by the connection's receive side.
/// </summary>
internal abstract class ByteMeter(LoadRun run, int wireBytes)
{
    /// <summary>What such messages consist of; a byte that is not it has been damaged on the way.</summary>
    internal const byte Filler = 0x5A;

    // Bytes of the oldest message that are back.
    private int partBytes;

    protected LoadRun Run => run;

    protected int WireBytes => wireBytes;

    /// <summary>Begins to count.</summary>
    /// <returns>Bytes to send at first.</returns>
    internal abstract long Begin();

    /// <summary>Takes in what was received.</summary>
    /// <param name="received">As it came. Both of its ends are looked at, not every byte.</param>
    /// <param name="bytesToSend">What now has to be sent.</param>
    /// <returns>False when the connection has done its part, or has failed.</returns>
    internal bool TryTake(ReadOnlySpan<byte> received, out long bytesToSend)
    {
        bytesToSend = 0;
        if (received[0] != Filler || received[^1] != Filler)
        {
            run.Fail("bytes came back damaged");
            return false;
        }

        long now = Stopwatch.GetTimestamp();
        int messages = 0;
        partBytes += received.Length;
        for (; partBytes >= wireBytes; partBytes -= wireBytes)
        {
            EndOldest(now);
            messages++;
        }

        return GoesOn(messages, out bytesToSend);
    }

    /// <summary>The oldest message under way is back.</summary>
    protected abstract void EndOldest(long now);

    /// <inheritdoc cref="TryTake"/>
    /// <param name="messages">How many are back.</param>
    /// <param name="bytesToSend">What now has to be sent.</param>
    protected abstract bool GoesOn(int messages, out long bytesToSend);
}
