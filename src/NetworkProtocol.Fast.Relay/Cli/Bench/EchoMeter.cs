using System;
using System.Diagnostics;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>A closed loop of bytes: as many messages are sent as came back.</summary>
internal sealed class EchoMeter(LoadRun run, LoadMeter meter, int wireBytes, int inFlight) : ByteMeter(run, wireBytes)
{
    // When each message under way was sent, and the oldest of them.
    private readonly long[] sentAt = new long[inFlight];
    private int oldest;
    private int underWay = inFlight;

    internal override long Begin()
    {
        Array.Fill(sentAt, Stopwatch.GetTimestamp());
        return (long)WireBytes * sentAt.Length;
    }

    protected override void EndOldest(long now)
    {
        meter.Record(sentAt[oldest], now);
        sentAt[oldest] = now;
        oldest = oldest + 1 == sentAt.Length ? 0 : oldest + 1;
    }

    protected override bool GoesOn(int messages, out long bytesToSend)
    {
        bytesToSend = 0;
        if (!Run.IsStopping)
        {
            bytesToSend = (long)messages * WireBytes;
            return true;
        }

        underWay -= messages;
        if (underWay > 0)
        {
            return true;
        }

        Run.ConnectionDone();
        return false;
    }
}
