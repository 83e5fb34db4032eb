using System;
using System.Threading;
using System.Threading.Tasks;
using System.Threading.Tasks.Sources;
using Microsoft.Extensions.ObjectPool;

namespace NetworkProtocol.Fast.Client;

/// <summary>
/// A request that waits for its reply; reused. Whoever ended its correlation completes it, once; whoever awaits it gets
/// the result, once, which gives it back to the pool.
/// </summary>
internal sealed class PendingRequest : IValueTaskSource<PacketReply>
{
    private readonly ClientConnection client;
    private readonly ObjectPool<PendingRequest> pool;
    private CancellationTokenRegistration registration;
    private CancellationToken cancellation;
    private uint correlation;

    // The awaiting code must not run on the I/O thread.
    private ManualResetValueTaskSourceCore<PacketReply> core = new() { RunContinuationsAsynchronously = true };

    internal PendingRequest(ClientConnection client, ObjectPool<PendingRequest> pool)
    {
        this.client = client;
        this.pool = pool;
    }

    internal ValueTask<PacketReply> Task => new(this, core.Version);

    /// <summary>Makes the request cancellable; after its correlation is known and before it is sent.</summary>
    internal void Arm(uint requestCorrelation, CancellationToken token)
    {
        correlation = requestCorrelation;
        cancellation = token;
        if (token.CanBeCanceled)
        {
            registration = token.UnsafeRegister(static state => ((PendingRequest)state!).Cancel(), this);
        }
    }

    internal void Complete(PacketReply reply) => core.SetResult(reply);

    internal void Fail(Exception error) => core.SetException(error);

    /// <summary>Gives back a request that was never sent.</summary>
    internal void Discard()
    {
        registration.Dispose();
        Recycle();
    }

    PacketReply IValueTaskSource<PacketReply>.GetResult(short token)
    {
        // Throws for a task that was awaited before. Its object serves another request by now and must not be given
        // back.
        if (core.GetStatus(token) == ValueTaskSourceStatus.Pending)
        {
            throw new InvalidOperationException("the request has no reply yet: await it");
        }

        try
        {
            return core.GetResult(token);
        }
        finally
        {
            // Waits for a cancellation that is running, so that it cannot hit the next user of this object.
            registration.Dispose();
            Recycle();
        }
    }

    ValueTaskSourceStatus IValueTaskSource<PacketReply>.GetStatus(short token) => core.GetStatus(token);

    void IValueTaskSource<PacketReply>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        core.OnCompleted(continuation, state, token, flags);

    private void Cancel()
    {
        if (client.TryAbandon(correlation))
        {
            core.SetException(new OperationCanceledException(cancellation));
        }
    }

    private void Recycle()
    {
        core.Reset();
        registration = default;
        cancellation = default;
        pool.Return(this);
    }
}
