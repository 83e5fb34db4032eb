using System.Threading;

namespace NetworkProtocol.Fast.Transport;

/// <summary>
/// Which operations of a connection are under way and which of its halves have ended, in one word, so that
/// closing and finishing an operation agree on who of them does the last step. Any thread; every change is one
/// interlocked operation that returns what was there before. A mutable struct: keep it in a field, never copy it.
/// </summary>
internal struct ConnectionGate
{
    internal const int Receiving = 1;
    internal const int Sending = 2;
    internal const int SendEnded = 4;
    internal const int Closed = 8;

    private int flags;

    internal readonly bool IsClosed => (Volatile.Read(in flags) & Closed) != 0;

    /// <summary>Marks a send as under way; false once sending has ended or the connection is closed.</summary>
    internal bool TryEnterSend() => TryEnter(Sending, Closed | SendEnded);

    /// <summary>Marks a receive as under way; false once the connection is closed.</summary>
    internal bool TryEnterReceive() => TryEnter(Receiving, Closed);

    /// <summary>Ends an operation; the flags tell what was asked for while it was under way.</summary>
    internal int Leave(int operation) => Interlocked.And(ref flags, ~operation);

    /// <summary>Sets a final state; the flags tell whether it was set before and what is under way.</summary>
    internal int Enter(int state) => Interlocked.Or(ref flags, state);

    private bool TryEnter(int operation, int barriers)
    {
        int seen = Volatile.Read(in flags);
        while ((seen & barriers) == 0)
        {
            int before = Interlocked.CompareExchange(ref flags, seen | operation, seen);
            if (before == seen)
            {
                return true;
            }

            seen = before;
        }

        return false;
    }
}
