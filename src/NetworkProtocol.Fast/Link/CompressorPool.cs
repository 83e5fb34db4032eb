using System.Collections.Concurrent;
using Microsoft.Extensions.ObjectPool;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Link;

/// <summary>
/// Compressors are stateful and large (a Zstd context has megabytes), so links borrow them for one payload. One pool for
/// each distinct set of options; there are as many as the configuration has, so the table does not grow. Thread-safe.
/// </summary>
internal sealed class CompressorPool
{
    private readonly ConcurrentDictionary<CompressionOptions, ObjectPool<PayloadCompressor>> pools = new();

    internal PayloadCompressor Rent(CompressionOptions options) =>
        pools.GetOrAdd(options, static o => new DefaultObjectPool<PayloadCompressor>(new Policy(o))).Get();

    internal void Return(CompressionOptions options, PayloadCompressor compressor)
    {
        if (pools.TryGetValue(options, out ObjectPool<PayloadCompressor>? pool))
        {
            pool.Return(compressor);
        }
    }

    private sealed class Policy(CompressionOptions options) : PooledObjectPolicy<PayloadCompressor>
    {
        public override PayloadCompressor Create() => new(options);

        public override bool Return(PayloadCompressor obj) => true;
    }
}
