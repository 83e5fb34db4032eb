using Microsoft.Extensions.ObjectPool;

namespace NetworkProtocol.Fast.Transport;

/// <summary>The process' send operations. Any thread.</summary>
internal static class SocketSendOperations
{
    /// <summary>
    /// Made at the first send. Most sends complete at once, so the count follows the sends that wait for slow
    /// peers at the same time, not the connections: 256 * about 0.5 KiB = 128 KiB.
    /// </summary>
    private const int AllocatedUpFront = 256;

    /// <summary>What a burst of waiting sends may leave behind: 4096 * about 0.5 KiB = 2 MiB.</summary>
    private const int RetainedMax = 4096;

    private static readonly DefaultObjectPool<SocketSendOperation> Pool = CreatePool();

    internal static SocketSendOperation Rent() => Pool.Get();

    internal static void Return(SocketSendOperation operation)
    {
        operation.Clear();
        Pool.Return(operation);
    }

    private static DefaultObjectPool<SocketSendOperation> CreatePool()
    {
        DefaultObjectPool<SocketSendOperation> pool =
            new(new DefaultPooledObjectPolicy<SocketSendOperation>(), RetainedMax);
        for (int i = 0; i < AllocatedUpFront; i++)
        {
            pool.Return(new SocketSendOperation());
        }

        return pool;
    }
}
