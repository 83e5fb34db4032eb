using System;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Tests.Transport;

/// <summary>Turns a connection's completions into tasks that continue off the I/O thread.</summary>
internal sealed class OperationWaiter : ITransportSink
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TransportConnection connection;
    private TaskCompletionSource<TransportResult>? received;
    private TaskCompletionSource<TransportResult>? sent;

    internal OperationWaiter(TransportConnection connection)
    {
        this.connection = connection;
        connection.Bind(this);
    }

    internal TransportConnection Connection => connection;

    /// <summary>True while the receive last started has not completed.</summary>
    internal bool ReceiveIsPending => Volatile.Read(ref received) is { Task.IsCompleted: false };

    internal Task<TransportResult> ReceiveAsync(Memory<byte> buffer)
    {
        TaskCompletionSource<TransportResult> source = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref received, source);
        if (connection.Receive(buffer, out TransportResult result))
        {
            source.SetResult(result);
        }

        return source.Task.WaitAsync(Patience);
    }

    internal Task<TransportResult> SendAsync(ReadOnlyMemory<byte> buffer)
    {
        TaskCompletionSource<TransportResult> source = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref sent, source);
        if (connection.Send(buffer, out TransportResult result))
        {
            source.SetResult(result);
        }

        return source.Task.WaitAsync(Patience);
    }

    /// <summary>Receives exactly the buffer, or less at the end of the stream; the count is the return value.</summary>
    internal async Task<int> ReceiveAllAsync(Memory<byte> buffer)
    {
        int bytes = 0;
        while (bytes < buffer.Length)
        {
            TransportResult result = await ReceiveAsync(buffer[bytes..]);
            if (result.Status != TransportStatus.Ok || result.Bytes == 0)
            {
                break;
            }

            bytes += result.Bytes;
        }

        return bytes;
    }

    public void OnReceived(TransportResult result) => Volatile.Read(ref received)!.SetResult(result);

    public void OnSent(TransportResult result) => Volatile.Read(ref sent)!.SetResult(result);
}
