using System;
using System.Net.Sockets;
using System.Threading.Channels;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Tests.Transport;

/// <summary>Queues what a listener reports.</summary>
internal sealed class QueueAcceptor : ITransportAcceptor
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Channel<TransportConnection> accepted = Channel.CreateUnbounded<TransportConnection>();
    private readonly Channel<(SocketError Error, TimeSpan BackOff)> pressure =
        Channel.CreateUnbounded<(SocketError, TimeSpan)>();

    internal Task<TransportConnection> AcceptedAsync() =>
        accepted.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    internal Task<(SocketError Error, TimeSpan BackOff)> PressureAsync() =>
        pressure.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public void OnAccepted(TransportConnection connection) => accepted.Writer.TryWrite(connection);

    public void OnAcceptPressure(SocketError error, TimeSpan backOff) => pressure.Writer.TryWrite((error, backOff));
}
