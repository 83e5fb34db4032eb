using System.Threading;
using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>
/// What the connections of one load share: its phase, and how it ends. The coordinator moves the phase on, connections
/// read it for each message.
/// </summary>
internal sealed class LoadRun
{
    private const int PhaseWarmUp = 0;
    private const int PhaseMeasure = 1;
    private const int PhaseStop = 2;

    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int phase;
    private int busy;

    internal LoadRun(int connections) => busy = connections;

    internal bool IsMeasuring => Volatile.Read(ref phase) == PhaseMeasure;

    internal bool IsStopping => Volatile.Read(ref phase) == PhaseStop;

    /// <summary>Completes when every connection has all its messages back; fails as soon as one of them does.</summary>
    internal Task Ended => ended.Task;

    internal void Measure() => Volatile.Write(ref phase, PhaseMeasure);

    /// <summary>Connections send nothing more; what is under way still comes back.</summary>
    internal void Stop() => Volatile.Write(ref phase, PhaseStop);

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
