using System;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Tests.Transport;

/// <summary>Closes its connection on the I/O thread that reports the first receive.</summary>
internal sealed class ClosingSink : ITransportSink
{
    private readonly TransportConnection connection;
    private readonly TaskCompletionSource<TransportResult> received =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<TransportResult> sent =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal ClosingSink(TransportConnection connection)
    {
        this.connection = connection;
        connection.Bind(this);
    }

    /// <summary>The results of the receive and of the send.</summary>
    internal Task<TransportResult[]> Both =>
        Task.WhenAll(received.Task, sent.Task).WaitAsync(TimeSpan.FromSeconds(60));

    public void OnReceived(TransportResult result)
    {
        connection.Close();
        received.SetResult(result);
    }

    public void OnSent(TransportResult result) => sent.SetResult(result);
}
