namespace NetworkProtocol.Fast.Transport;

/// <summary>
/// Hears how operations ended that did not complete at once. Called on an I/O thread, so it must neither block
/// nor throw. A receive and a send may report at the same time on two threads; each direction is in order.
/// </summary>
internal interface ITransportSink
{
    void OnReceived(TransportResult result);

    void OnSent(TransportResult result);
}
