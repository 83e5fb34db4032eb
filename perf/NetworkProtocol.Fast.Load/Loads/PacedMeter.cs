using NetworkProtocol.Fast.Relay.Cli.Bench;

namespace NetworkProtocol.Fast.Loading.Loads;

/// <summary>An open loop of bytes: what comes back sends nothing.</summary>
internal sealed class PacedMeter(LoadRun run, PacedSlots slots, int wireBytes) : ByteMeter(run, wireBytes)
{
    private int oldest;

    internal override long Begin() => 0;

    protected override void EndOldest(long now)
    {
        slots.Return(oldest);
        oldest = oldest + 1 == slots.Count ? 0 : oldest + 1;
    }

    protected override bool GoesOn(int messages, out long bytesToSend)
    {
        bytesToSend = 0;
        return true;
    }
}
