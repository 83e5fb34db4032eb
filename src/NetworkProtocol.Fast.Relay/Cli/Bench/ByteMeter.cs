using System;
using System.Diagnostics;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>
/// Counts messages that are only a number of bytes. Bytes keep their order, so the oldest message under way is the one
/// that ends next. Owned by the connection's receive side.
/// </summary>
internal sealed class ByteMeter(LoadRun run, LoadMeter meter, int wireBytes, int inFlight)
{
    /// <summary>What such messages consist of; a byte that is not it has been damaged on the way.</summary>
    internal const byte Filler = 0x5A;

    // When each message under way was sent, the oldest of them, and bytes of it that are back.
    private readonly long[] sentAt = new long[inFlight];
    private int oldest;
    private int partBytes;
    private int underWay = inFlight;

    /// <summary>Bytes that all messages under way have.</summary>
    internal long BytesUnderWay => (long)wireBytes * sentAt.Length;

    internal void Begin() => Array.Fill(sentAt, Stopwatch.GetTimestamp());

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
            meter.Record(now - sentAt[oldest]);
            sentAt[oldest] = now;
            oldest = oldest + 1 == sentAt.Length ? 0 : oldest + 1;
            messages++;
        }

        if (!run.IsStopping)
        {
            bytesToSend = (long)messages * wireBytes;
            return true;
        }

        underWay -= messages;
        if (underWay > 0)
        {
            return true;
        }

        run.ConnectionDone();
        return false;
    }
}
