using System;
using System.Threading;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Transport;

/// <summary>Sending.</summary>
internal sealed partial class EpollConnection
{
    // 1 if there may be room to write. Set by the loop, taken back by a sender that found none.
    private int writable = 1;

    // 1 while a send waits for room.
    private int sendPending;

    private ReadOnlyMemory<byte> unsent;
    private int sentBytes;

    internal override bool Send(ReadOnlyMemory<byte> buffer, out TransportResult result)
    {
        if (!gate.TryEnterSend())
        {
            result = TransportResult.Aborted;
            return true;
        }

        unsent = buffer;
        sentBytes = 0;
        if (!TrySendRest(out result) && WaitToSend(ref result))
        {
            return false;
        }

        result = EndSend(result);
        return true;
    }

    private void OnWritable()
    {
        // Every event says that there is room. If nobody has taken the word back, whoever does will ask the system.
        if (Volatile.Read(ref writable) != 0)
        {
            return;
        }

        Interlocked.Exchange(ref writable, 1);
        if (Volatile.Read(ref sendPending) == 0 || Interlocked.Exchange(ref sendPending, 0) == 0)
        {
            return;
        }

        if (TrySendRest(out TransportResult result) || !WaitToSend(ref result))
        {
            sink!.OnSent(EndSend(result));
        }
    }

    // False: it has completed after all, and the result says how.
    private bool WaitToSend(ref TransportResult result)
    {
        while (true)
        {
            Interlocked.Exchange(ref sendPending, 1);
            bool again = Volatile.Read(ref writable) != 0 || gate.IsClosed;
            if (!again || Interlocked.Exchange(ref sendPending, 0) == 0)
            {
                return true;
            }

            if (gate.IsClosed)
            {
                result = TransportResult.Aborted;
                return false;
            }

            if (TrySendRest(out result))
            {
                return false;
            }
        }
    }

    // False: there is no room.
    private bool TrySendRest(out TransportResult result)
    {
        while (true)
        {
            int taken;
            try
            {
                taken = SystemSockets.Send(socket, unsent.Span);
                if (taken == -SystemSockets.WouldBlock)
                {
                    // Asked again, because room that came before the word was taken back is not said again.
                    Interlocked.Exchange(ref writable, 0);
                    taken = SystemSockets.Send(socket, unsent.Span);
                }
            }
            catch (ObjectDisposedException)
            {
                // Closed on another thread.
                result = TransportResult.Aborted;
                return true;
            }

            if (taken == -SystemSockets.WouldBlock)
            {
                result = default;
                return false;
            }

            if (taken < 0 && taken != -SystemSockets.Interrupted)
            {
                result = Failed(-taken);
                return true;
            }

            sentBytes += Math.Max(taken, 0);
            unsent = unsent[Math.Max(taken, 0)..];
            if (unsent.IsEmpty)
            {
                result = TransportResult.Done(sentBytes);
                return true;
            }
        }
    }

    private TransportResult EndSend(TransportResult result)
    {
        unsent = default;

        // Whoever called ShutdownSend meanwhile saw the send under way and left the last step to us.
        int before = gate.Leave(ConnectionGate.Sending);
        if ((before & (ConnectionGate.SendEnded | ConnectionGate.Closed)) == ConnectionGate.SendEnded)
        {
            ShutdownSocketSend();
        }

        return result;
    }
}
