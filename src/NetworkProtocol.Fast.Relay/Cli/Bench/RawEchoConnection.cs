using System.Net.Sockets;
using System.Threading;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>
/// The server's end of the raw echo: receive, send back, receive. One operation at a time, so whoever completes one
/// owns the connection. It closes itself when the peer does.
/// </summary>
internal sealed class RawEchoConnection : IThreadPoolWorkItem
{
    /// <summary>As much as a busy link receives or sends at once, so that both make the same system calls.</summary>
    internal const int BufferBytes = 64 << 10;

    /// <summary>A link's own limit of turns before other connections of the thread get theirs.</summary>
    internal const int TurnsMax = 16;

    private readonly Socket socket;
    private readonly SocketAsyncEventArgs receive = new(unsafeSuppressExecutionContextFlow: true);
    private readonly SocketAsyncEventArgs send = new(unsafeSuppressExecutionContextFlow: true);

    internal RawEchoConnection(Socket socket)
    {
        this.socket = socket;
        byte[] buffer = new byte[BufferBytes];
        receive.SetBuffer(buffer, 0, buffer.Length);
        send.SetBuffer(buffer, 0, buffer.Length);
        receive.Completed += (_, _) => GoOnIf(TryEcho());
        send.Completed += (_, _) => GoOnIf(TryFinishSend());
    }

    internal void Run()
    {
        for (int turn = 0; turn < TurnsMax; turn++)
        {
            if (socket.ReceiveAsync(receive) || !TryEcho())
            {
                return;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute() => Run();

    private void GoOnIf(bool idle)
    {
        if (idle)
        {
            Run();
        }
    }

    // True: everything is sent, the connection is ready to receive. False: a send is under way, or it is closed.
    private bool TryEcho()
    {
        if (receive.SocketError != SocketError.Success || receive.BytesTransferred == 0)
        {
            socket.Dispose();
            return false;
        }

        send.SetBuffer(0, receive.BytesTransferred);
        return !socket.SendAsync(send) && TryFinishSend();
    }

    private bool TryFinishSend()
    {
        if (send.SocketError == SocketError.Success)
        {
            return true;
        }

        socket.Dispose();
        return false;
    }
}
