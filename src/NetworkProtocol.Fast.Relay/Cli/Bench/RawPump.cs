using System;
using System.Net.Sockets;
using System.Threading;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>
/// Sends what one socket receives to another, or back to the same one: receive, send, receive. One operation at a time,
/// so whoever completes one owns the pump. Both sockets are closed when one of them is.
/// </summary>
internal sealed class RawPump : IThreadPoolWorkItem
{
    /// <summary>As much as a busy link receives or sends at once, so that both make the same system calls.</summary>
    internal const int BufferBytes = 64 << 10;

    /// <summary>A link's own limit of turns before other connections of the thread get theirs.</summary>
    internal const int TurnsMax = 16;

    private readonly Socket source;
    private readonly Socket destination;
    private readonly SocketAsyncEventArgs receive = new(unsafeSuppressExecutionContextFlow: true);
    private readonly SocketAsyncEventArgs send = new(unsafeSuppressExecutionContextFlow: true);

    internal RawPump(Socket source, Socket destination)
    {
        this.source = source;
        this.destination = destination;
        byte[] buffer = new byte[BufferBytes];
        receive.SetBuffer(buffer, 0, buffer.Length);
        send.SetBuffer(buffer, 0, buffer.Length);
        receive.Completed += (_, _) => GoOnIf(TrySend());
        send.Completed += (_, _) => GoOnIf(TryFinishSend());
    }

    internal void Run()
    {
        try
        {
            for (int turn = 0; turn < TurnsMax; turn++)
            {
                if (source.ReceiveAsync(receive) || !TrySend())
                {
                    return;
                }
            }

            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
        catch (ObjectDisposedException)
        {
            // The pump of the other direction closed both sockets.
            Close();
        }
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
    private bool TrySend()
    {
        if (receive.SocketError != SocketError.Success || receive.BytesTransferred == 0)
        {
            Close();
            return false;
        }

        try
        {
            send.SetBuffer(0, receive.BytesTransferred);
            return !destination.SendAsync(send) && TryFinishSend();
        }
        catch (ObjectDisposedException)
        {
            Close();
            return false;
        }
    }

    private bool TryFinishSend()
    {
        if (send.SocketError == SocketError.Success)
        {
            return true;
        }

        Close();
        return false;
    }

    // Whoever owns the pump calls it, so that no operation of its own is under way.
    private void Close()
    {
        source.Dispose();
        destination.Dispose();
        receive.Dispose();
        send.Dispose();
    }
}
