using System;
using System.Collections.Concurrent;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Link;

/// <summary>
/// One compressor for each distinct set of options, shared by all links, so that what was learnt of a route counts for
/// all. There are as many as the configuration has, so the table does not grow. Thread-safe.
/// </summary>
internal sealed class CompressorTable : IDisposable
{
    private readonly ConcurrentDictionary<CompressionOptions, PayloadCompressor> compressors = new();

    internal PayloadCompressor this[CompressionOptions options] =>
        compressors.GetOrAdd(options, static o => new PayloadCompressor(o));

    public void Dispose()
    {
        foreach (PayloadCompressor compressor in compressors.Values)
        {
            compressor.Dispose();
        }
    }
}
