using System.Threading;
using NetworkProtocol.Fast.Link;

namespace NetworkProtocol.Fast.Tests.Link;

/// <summary>A gate that the test opens and shuts.</summary>
internal sealed class SwitchGate : Gate
{
    private int open;

    internal override bool IsReady => IsOpen;

    internal override bool IsOneByOne => WakesOne;

    internal bool WakesOne { get; init; }

    internal bool IsOpen => Volatile.Read(ref open) != 0;

    internal void Open()
    {
        Interlocked.Exchange(ref open, 1);
        WakeIfReady();
    }

    internal void Shut() => Interlocked.Exchange(ref open, 0);
}
