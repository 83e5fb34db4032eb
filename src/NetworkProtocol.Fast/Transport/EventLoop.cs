using System;
using System.Collections.Generic;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Transport;

/// <summary>
/// A thread that waits for sockets and calls whoever owns them (epoll(7)), Linux only. There are as many as
/// <see cref="SocketRuntime.SocketThreads"/> says, made with the first socket, for the life of the process.
/// </summary>
/// <remarks>
/// What it has over the runtime's sockets: it knows when it has handled all that was ready (<see cref="AtTurnEnd"/>), a
/// socket that was read empty is not asked again, and a connection takes a fraction of the memory. Threading: any
/// thread watches and forgets; <see cref="Post"/> and <see cref="AtTurnEnd"/> are the loop's own thread's.
/// </remarks>
internal sealed class EventLoop
{
    // Events of one wait. A turn should not be long: what is to be flushed at its end waits for it.
    private const int EventsMax = 64;

    private const EventKinds Watched =
        EventKinds.Readable | EventKinds.Writable | EventKinds.PeerEnded | EventKinds.OnChange;

    private static readonly Lazy<EventLoop[]> loops = new(StartAll);

    [ThreadStatic]
    private static EventLoop? current;

    private static int turn;

    private readonly EventTargets targets = new();
    private readonly Queue<IThreadPoolWorkItem> posted = new();
    private readonly int set;
    private ITurnEnd? turnEnd;

    // Odd while the loop is in a turn, even while it waits.
    private long steps;

    private EventLoop(int index)
    {
        set = SystemSockets.MakeSet();
        if (set < 0)
        {
            throw new SocketException((int)SystemError.ToSocketError(-set));
        }

        var thread = new Thread(Run)
        {
            IsBackground = true,
            Name = string.Create(CultureInfo.InvariantCulture, $"npfast Sockets {index}"),
        };
        thread.UnsafeStart();
    }

    /// <summary>Whether connections of this process run on loops: on Linux, once inline completions are asked
    /// for.</summary>
    internal static bool IsUsed => OperatingSystem.IsLinux() && SocketRuntime.InlineCompletions;

    /// <summary>The loop whose thread this is; null on other threads.</summary>
    internal static EventLoop? Current => current;

    /// <summary>How far each loop has come; empty before the first socket. Any thread.</summary>
    internal static long[] Progress() =>
        loops.IsValueCreated ? Array.ConvertAll(loops.Value, static l => Volatile.Read(ref l.steps)) : [];

    /// <summary>Whether a value of <see cref="Progress"/> is that of a loop in a turn rather than of one that
    /// waits.</summary>
    internal static bool IsInTurn(long progress) => (progress & 1) != 0;

    /// <summary>One loop after the other.</summary>
    internal static EventLoop Next()
    {
        EventLoop[] all = loops.Value;
        return all.Length == 1 ? all[0] : all[(int)((uint)Interlocked.Increment(ref turn) % (uint)all.Length)];
    }

    /// <summary>Has the loop call the target from now on, perhaps before this returns.</summary>
    /// <returns>Success, or why the system does not watch the socket.</returns>
    internal SocketError Watch(SafeHandle socket, IEventTarget target)
    {
        targets.Add(target);
        int result = SystemSockets.Watch(set, socket, (uint)Watched, target.Token);
        if (result < 0)
        {
            targets.Remove(target);
        }

        return SystemError.ToSocketError(-Math.Min(result, 0));
    }

    /// <summary>The target is not called any more, but for a call that is under way. The system forgets the socket
    /// when it is closed.</summary>
    internal void Forget(IEventTarget target) => targets.Remove(target);

    /// <summary>As <see cref="Forget"/>, for a socket that somebody else will watch.</summary>
    internal void Unwatch(SafeHandle socket, IEventTarget target)
    {
        targets.Remove(target);
        SystemSockets.Unwatch(set, socket);
    }

    /// <summary>Runs the item when the sockets that are ready had their turn. The loop's own thread only.</summary>
    internal void Post(IThreadPoolWorkItem item) => posted.Enqueue(item);

    /// <summary>Has the sink called once, when all that was ready is handled and before the loop waits again. The
    /// loop's own thread only, and one sink for a thread.</summary>
    internal void AtTurnEnd(ITurnEnd sink) => turnEnd = sink;

    private void Run()
    {
        current = this;
        byte[] events = new byte[EventsMax * SystemSockets.EventBytes];
        while (true)
        {
            int count = SystemSockets.WaitForEvents(set, events, posted.Count > 0 ? 0 : Timeout.Infinite);
            Volatile.Write(ref steps, steps + 1);
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<byte> one = events.AsSpan(i * SystemSockets.EventBytes);
                ulong token = BitConverter.ToUInt64(one[SystemSockets.EventDataAt..]);
                targets.Find(token)?.OnEvent((EventKinds)BitConverter.ToUInt32(one));
            }

            RunPosted();
            while (turnEnd is { } sink)
            {
                turnEnd = null;
                sink.OnTurnEnd();
            }

            Volatile.Write(ref steps, steps + 1);
        }
    }

    // Those that are posted meanwhile are for the next turn, or they could keep the sockets waiting for ever.
    private void RunPosted()
    {
        for (int left = posted.Count; left > 0; left--)
        {
            posted.Dequeue().Execute();
        }
    }

    private static EventLoop[] StartAll()
    {
        var all = new EventLoop[Math.Max(SocketRuntime.SocketThreads, 1)];
        for (int i = 0; i < all.Length; i++)
        {
            all[i] = new EventLoop(i);
        }

        return all;
    }
}
