using System;

namespace NetworkProtocol.Fast.Transport;

/// <summary>Tells from one look to the next whether the socket threads of this process get on. One caller at a
/// time.</summary>
internal sealed class EventLoopProgress
{
    private long[] before = [];

    /// <summary>False when a loop has been in one and the same turn at the look before and now. One that waits for
    /// events is well. True where the runtime has the sockets.</summary>
    internal bool AllTurn()
    {
        long[] now = EventLoop.Progress();
        bool areStuck = false;
        for (int i = 0; i < Math.Min(now.Length, before.Length); i++)
        {
            areStuck |= EventLoop.IsInTurn(now[i]) && now[i] == before[i];
        }

        before = now;
        return !areStuck;
    }
}
