using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Transport;

/// <summary>
/// Connects a socket without the runtime's watching it, so that its descriptor can be taken afterwards. The runtime's
/// own asynchronous connect has it watched for good.
/// </summary>
internal sealed class EpollConnect : IEventTarget
{
    private readonly TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    ulong IEventTarget.Token { get; set; }

    /// <summary>Connects; the caller continues on a thread of the pool.</summary>
    /// <exception cref="SocketException">It did not connect.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; the socket is of no use then.</exception>
    internal static async ValueTask RunAsync(Socket socket, EndPoint address, CancellationToken cancellationToken)
    {
        socket.Blocking = false;
        try
        {
            socket.Connect(address);
            return;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.InProgress || IsTcpWaiting(socket, e))
        {
            // The usual case; an event says when it is decided.
        }

        EventLoop loop = EventLoop.Next();
        EpollConnect target = new();
        SocketError refused = loop.Watch(socket.SafeHandle, target);
        if (refused != SocketError.Success)
        {
            throw new SocketException((int)refused);
        }

        try
        {
            await target.changed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            loop.Unwatch(socket.SafeHandle, target);
        }

        int error = (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
        if (error != 0)
        {
            throw new SocketException(error);
        }
    }

    /// <inheritdoc/>
    public void OnEvent(EventKinds kinds) => changed.TrySetResult();

    // The runtime calls a connect under way "would block". For a Unix socket that is a full backlog, which no event
    // ends.
    private static bool IsTcpWaiting(Socket socket, SocketException e) =>
        e.SocketErrorCode == SocketError.WouldBlock && socket.AddressFamily != AddressFamily.Unix;
}
