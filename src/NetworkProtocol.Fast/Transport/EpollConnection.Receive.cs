using System;
using System.Net.Sockets;
using System.Threading;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Transport;

/// <summary>Receiving.</summary>
internal sealed partial class EpollConnection
{
    // 1 if there may be something to read. Set by the loop, and by a reader that did not read all; taken back by the
    // reader before it asks the system. A new socket may have something already, of which nothing was said.
    private int readable = 1;

    // 1 while a receive waits.
    private int receivePending;

    // The peer has ended its half, or the socket broke: what is left is said without a further event, so it is to be
    // asked for until the end. Set by the loop for good.
    private bool ended;

    // Why the system does not watch this socket; Success if it does. Set before it is handed out.
    private SocketError unwatched = SocketError.Success;

    private Memory<byte> receiveBuffer;

    internal override bool Receive(Memory<byte> buffer, out TransportResult result)
    {
        if (gate.IsClosed)
        {
            result = TransportResult.Aborted;
            return true;
        }

        if (unwatched != SocketError.Success)
        {
            result = TransportResult.From(unwatched, 0);
            return true;
        }

        return TryReceive(buffer, out result) || !WaitToReceive(buffer, ref result);
    }

    private void OnReadable()
    {
        Interlocked.Exchange(ref readable, 1);
        if (Volatile.Read(ref receivePending) == 0 || Interlocked.Exchange(ref receivePending, 0) == 0)
        {
            return;
        }

        Memory<byte> buffer = receiveBuffer;
        receiveBuffer = default;

        // An event is as good as a look, for who only waits until there is something.
        TransportResult result = TransportResult.Done(0);
        if (buffer.IsEmpty || TryReceive(buffer, out result) || !WaitToReceive(buffer, ref result))
        {
            sink!.OnReceived(result);
        }
    }

    // False: it has completed after all, and the result says how.
    private bool WaitToReceive(Memory<byte> buffer, ref TransportResult result)
    {
        while (true)
        {
            receiveBuffer = buffer;
            Interlocked.Exchange(ref receivePending, 1);
            bool again = Volatile.Read(ref readable) != 0 || gate.IsClosed;
            if (!again || Interlocked.Exchange(ref receivePending, 0) == 0)
            {
                return true;
            }

            receiveBuffer = default;
            if (gate.IsClosed)
            {
                result = TransportResult.Aborted;
                return false;
            }

            if (TryReceive(buffer, out result))
            {
                return false;
            }
        }
    }

    // False: there is nothing.
    private bool TryReceive(Memory<byte> buffer, out TransportResult result)
    {
        result = default;
        if (Volatile.Read(ref readable) == 0)
        {
            return false;
        }

        // Before the system is asked: what comes from now on sets it again.
        Interlocked.Exchange(ref readable, 0);
        int taken;
        try
        {
            do
            {
                taken = buffer.IsEmpty ? SystemSockets.Look(socket) : SystemSockets.Receive(socket, buffer.Span);
            }
            while (taken == -SystemSockets.Interrupted);
        }
        catch (ObjectDisposedException)
        {
            // Closed on another thread.
            result = TransportResult.Aborted;
            return true;
        }

        if (taken == -SystemSockets.WouldBlock)
        {
            return false;
        }

        // A buffer that was not filled has emptied the socket (epoll(7)), so the next change is said.
        if (taken == buffer.Length || taken <= 0 || buffer.IsEmpty || Volatile.Read(ref ended))
        {
            Volatile.Write(ref readable, 1);
        }

        result = taken < 0 ? Failed(-taken) : TransportResult.Done(buffer.IsEmpty ? 0 : taken);
        return true;
    }
}
