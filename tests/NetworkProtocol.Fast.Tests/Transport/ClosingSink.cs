using System;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Tests.Transport;

/// <summary>Closes its connection on the I/O thread that reports the first receive.</summary>
internal sealed class ClosingSink : ITransportSink
{
    private readonly TransportConnection _connection;
    private readonly TaskCompletionSource<TransportResult> _received =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<TransportResult> _sent =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal ClosingSink(TransportConnection connection)
    {
        _connection = connection;
        connection.Bind(this);
    }

    /// <summary>The results of the receive and of the send.</summary>
    internal Task<TransportResult[]> Both =>
        Task.WhenAll(_received.Task, _sent.Task).WaitAsync(TimeSpan.FromSeconds(60));

    public void OnReceived(TransportResult result)
    {
        _connection.Close();
        _received.SetResult(result);
    }

    public void OnSent(TransportResult result) => _sent.SetResult(result);
}
