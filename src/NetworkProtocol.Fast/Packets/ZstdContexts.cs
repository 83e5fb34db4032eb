using System;
using Microsoft.Extensions.ObjectPool;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace NetworkProtocol.Fast.Packets;

/// <summary>
/// Pools of Zstd contexts, which hold native working memory and are used by one thread at a time. A pool keeps twice
/// as many as there are processors, so that threads that share one need none of their own.
/// </summary>
internal static class ZstdContexts
{
    /// <summary>
    /// 1 MiB: caps a compressor's memory at about 20 MiB on the highest level, whatever the payload, for hardly any
    /// loss below 16 MiB. Receivers must accept more, see docs/PROTOCOL.md.
    /// </summary>
    private const int CompressorWindowLog = 20;

    /// <summary>16 MiB, the window of the longest payload.</summary>
    private const int DecompressorWindowLogMax = 24;

    private static readonly DefaultObjectPoolProvider Provider =
        new() { MaximumRetained = Environment.ProcessorCount * 2 };

    public static ObjectPool<Decompressor> Decompressors { get; } = Provider.Create(new DecompressorPolicy());

    public static ObjectPool<Compressor> CreateCompressors(int level) => Provider.Create(new CompressorPolicy(level));

    private sealed class DecompressorPolicy : PooledObjectPolicy<Decompressor>
    {
        public override Decompressor Create()
        {
            Decompressor decompressor = new();
            decompressor.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, DecompressorWindowLogMax);
            return decompressor;
        }

        public override bool Return(Decompressor obj) => true;
    }

    private sealed class CompressorPolicy(int level) : PooledObjectPolicy<Compressor>
    {
        public override Compressor Create()
        {
            Compressor compressor = new(level);
            compressor.SetParameter(ZSTD_cParameter.ZSTD_c_windowLog, CompressorWindowLog);
            return compressor;
        }

        public override bool Return(Compressor obj) => true;
    }
}
