using System.Net.Sockets;

namespace NetworkProtocol.Fast.Transport;

/// <summary>
/// The receive of one connection, held for its life: an idle connection waits in it. Overriding OnCompleted
/// instead of subscribing saves a delegate, and without an execution context nothing is captured.
/// </summary>
internal sealed class SocketReceiveOperation(SocketConnection owner)
    : SocketAsyncEventArgs(unsafeSuppressExecutionContextFlow: true)
{
    protected override void OnCompleted(SocketAsyncEventArgs e) => owner.ReceiveCompleted();
}
