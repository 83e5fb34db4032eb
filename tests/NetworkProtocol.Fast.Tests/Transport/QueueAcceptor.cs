using System;
using System.Net.Sockets;
using System.Threading.Channels;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Tests.Transport;

/// <summary>Queues what a listener reports.</summary>
internal sealed class QueueAcceptor : ITransportAcceptor
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Channel<TransportConnection> _accepted = Channel.CreateUnbounded<TransportConnection>();
    private readonly Channel<(SocketError Error, TimeSpan BackOff)> _pressure =
        Channel.CreateUnbounded<(SocketError, TimeSpan)>();

    internal Task<TransportConnection> AcceptedAsync() =>
        _accepted.Reader.ReadAsync().AsTask().WaitAsync(s_patience);

    internal Task<(SocketError Error, TimeSpan BackOff)> PressureAsync() =>
        _pressure.Reader.ReadAsync().AsTask().WaitAsync(s_patience);

    public void OnAccepted(TransportConnection connection) => _accepted.Writer.TryWrite(connection);

    public void OnAcceptPressure(SocketError error, TimeSpan backOff) => _pressure.Writer.TryWrite((error, backOff));
}
