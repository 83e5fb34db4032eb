using System.Net.Sockets;

namespace NetworkProtocol.Fast.Transport;

/// <summary>The one accept of a listener, used over and over.</summary>
internal sealed class AcceptOperation(SocketListener owner)
    : SocketAsyncEventArgs(unsafeSuppressExecutionContextFlow: true)
{
    protected override void OnCompleted(SocketAsyncEventArgs e) => owner.AcceptCompleted();
}
