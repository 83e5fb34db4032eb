using System.Threading.Tasks;
using NetworkProtocol.Fast.Link;

namespace NetworkProtocol.Fast.Client;

/// <summary>A caller that waits at a gate. Allocated only when the connection is congested.</summary>
internal sealed class AsyncGateWaiter : IGateWaiter
{
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IGateWaiter? NextWaiter { get; set; }

    public void Resume() => ready.TrySetResult();

    /// <summary>Completes when the gate is ready; the caller looks again then.</summary>
    internal static Task WaitAsync(Gate gate)
    {
        var waiter = new AsyncGateWaiter();
        gate.Add(waiter);
        return waiter.ready.Task;
    }
}
