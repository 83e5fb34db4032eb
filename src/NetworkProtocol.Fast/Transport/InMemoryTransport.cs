using System.IO.Pipelines;
using System.Threading;

namespace NetworkProtocol.Fast.Transport;

/// <summary>
/// Pairs of connections inside this process, over two bounded pipes, with the sockets' contract: backpressure,
/// half-close, reset. Completions come on thread-pool threads.
/// </summary>
internal static class InMemoryTransport
{
    /// <summary>As much as a sender may be ahead of its reader, like a socket's buffers.</summary>
    internal const int BufferBytesDefault = 64 * 1024;

    private static long lastPair;

    internal static (TransportConnection First, TransportConnection Second) CreatePair(
        int bufferBytes = BufferBytesDefault)
    {
        PipeOptions options = new(
            pauseWriterThreshold: bufferBytes,
            resumeWriterThreshold: bufferBytes / 2,
            useSynchronizationContext: false);
        Pipe forth = new(options);
        Pipe back = new(options);
        long pair = Interlocked.Increment(ref lastPair);
        Endpoint first = Endpoint.InMemory($"{pair}/first");
        Endpoint second = Endpoint.InMemory($"{pair}/second");
        InMemoryConnection one = new(back.Reader, forth.Writer, first, second);
        InMemoryConnection other = new(forth.Reader, back.Writer, second, first);
        InMemoryConnection.Join(one, other);
        return (one, other);
    }
}
