using System;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Link;

namespace NetworkProtocol.Fast.Client;

/// <summary>A caller that waits at a gate. Allocated only when the connection is congested.</summary>
internal sealed class AsyncGateWaiter : IGateWaiter
{
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool isGone;

    public IGateWaiter? NextWaiter { get; set; }

    public bool IsGone => Volatile.Read(ref isGone);

    public bool IsOverdue => false;

    public void Resume() => ready.TrySetResult();

    /// <summary>Completes when the gate is ready; the caller looks again then.</summary>
    /// <exception cref="TimeoutException">It was not ready in time.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    internal static async Task WaitAsync(Gate gate, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var waiter = new AsyncGateWaiter();
        gate.Add(waiter);
        try
        {
            await waiter.ready.Task.WaitAsync(timeout, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            Volatile.Write(ref waiter.isGone, true);
            gate.GaveUp();
            throw;
        }
    }
}
