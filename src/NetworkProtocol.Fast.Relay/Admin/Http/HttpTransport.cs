using System;
using System.IO;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Admin.Http;

/// <summary>
/// A connection to await. What awaits goes on on the thread pool: the transport completes on the threads that carry the
/// packets, and admin requests must not hold those up. One receive and one send at a time.
/// </summary>
internal sealed class HttpTransport : ITransportSink
{
    private readonly TransportConnection connection;
    private TaskCompletionSource<TransportResult>? receiving;
    private TaskCompletionSource<TransportResult>? sending;

    internal HttpTransport(TransportConnection connection)
    {
        this.connection = connection;
        connection.Bind(this);
    }

    internal TransportConnection Connection => connection;

    /// <returns>Bytes received; 0 at the end of the stream.</returns>
    /// <exception cref="IOException">The connection is gone.</exception>
    /// <exception cref="TimeoutException">Nothing came in time.</exception>
    internal async Task<int> ReceiveAsync(Memory<byte> buffer, TimeSpan timeout)
    {
        var done = new TaskCompletionSource<TransportResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        receiving = done;
        if (connection.Receive(buffer, out TransportResult result))
        {
            return Check(result).Bytes;
        }

        return Check(await done.Task.WaitAsync(timeout).ConfigureAwait(false)).Bytes;
    }

    /// <exception cref="IOException">The connection is gone.</exception>
    /// <exception cref="TimeoutException">The peer did not take it in time.</exception>
    internal async Task SendAsync(ReadOnlyMemory<byte> bytes, TimeSpan timeout)
    {
        var done = new TaskCompletionSource<TransportResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        sending = done;
        if (connection.Send(bytes, out TransportResult result))
        {
            Check(result);
            return;
        }

        Check(await done.Task.WaitAsync(timeout).ConfigureAwait(false));
    }

    void ITransportSink.OnReceived(TransportResult result) => receiving!.TrySetResult(result);

    void ITransportSink.OnSent(TransportResult result) => sending!.TrySetResult(result);

    private static TransportResult Check(TransportResult result) => result.Status == TransportStatus.Ok
        ? result
        : throw new IOException($"the connection is gone: {result.Error}");
}
