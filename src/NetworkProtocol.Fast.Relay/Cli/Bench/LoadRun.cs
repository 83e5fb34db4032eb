using System.Threading;
using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>
/// What the connections of one load share: the window that is measured, and how it ends. The coordinator opens and
/// closes the window, connections look at it for each message.
/// </summary>
internal sealed class LoadRun
{
    private const long Never = long.MaxValue;

    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long begin = Never;
    private long end = Never;
    private int busy;

    internal LoadRun(int connections) => busy = connections;

    internal bool IsStopping => End != Never;

    /// <summary>When the window ended; the greatest number there is before that.</summary>
    internal long End => Volatile.Read(ref end);

    /// <summary>Completes when every connection has all its messages back; fails as soon as one of them does.</summary>
    internal Task Ended => ended.Task;

    /// <summary>Whether a timestamp of Stopwatch is within the window, its end excluded.</summary>
    internal bool IsInWindow(long timestamp) => timestamp >= Volatile.Read(ref begin) && timestamp < End;

    internal void Measure(long timestamp) => Volatile.Write(ref begin, timestamp);

    /// <summary>Connections send nothing more that was not due before; what is under way still comes back.</summary>
    internal void Stop(long timestamp) => Volatile.Write(ref end, timestamp);

    /// <summary>A connection has nothing under way any more.</summary>
    internal void ConnectionDone()
    {
        if (Interlocked.Decrement(ref busy) == 0)
        {
            ended.TrySetResult();
        }
    }

    internal void Fail(string reason) => ended.TrySetException(new CommandFailedException(reason));
}
