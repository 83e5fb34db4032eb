using System;
using System.Globalization;
using System.Threading;

namespace NetworkProtocol.Fast.Transport;

/// <summary>
/// The runtime's socket settings of this process. They are environment variables that it reads once, at the first
/// socket, so they have to be set before anything else touches the network.
/// </summary>
public static class SocketRuntime
{
    private const string InlineVariable = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
    private const string ThreadsVariable = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";

    // Written once by whoever makes this library's first socket, read by anyone.
    private static int socketMade;

    /// <summary>
    /// True once this library made a socket. Sockets that others made in this process are not seen: call
    /// <see cref="UseInlineCompletions"/> first thing in <c>Main</c>.
    /// </summary>
    public static bool SocketMade => Volatile.Read(ref socketMade) != 0;

    /// <summary>
    /// True when completions run on the thread that waits for the socket (Linux and other Unix systems only).
    /// </summary>
    public static bool InlineCompletions { get; private set; } = InlineRequested();

    /// <summary>Threads that wait for sockets; 0 when the runtime decides.</summary>
    public static int SocketThreads { get; private set; } = ThreadsRequested();

    /// <summary>
    /// Has completions run on the I/O threads, which halves the cost of a small packet, and sets how many of them
    /// there are. Handlers on them must not block.
    /// </summary>
    /// <param name="workers">Threads, 1 or more; 0 keeps the runtime's choice, one for each processor.</param>
    /// <returns>False when it came too late: this library has made a socket. Nothing is changed then.</returns>
    public static bool UseInlineCompletions(int workers)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(workers);
        if (SocketMade)
        {
            return false;
        }

        Environment.SetEnvironmentVariable(InlineVariable, "1");
        if (workers > 0)
        {
            Environment.SetEnvironmentVariable(ThreadsVariable, workers.ToString(CultureInfo.InvariantCulture));
        }

        InlineCompletions = InlineRequested();
        SocketThreads = ThreadsRequested();
        return true;
    }

    /// <summary>Called by everything in this room that is about to make a socket.</summary>
    internal static void MarkSocketMade() => Volatile.Write(ref socketMade, 1);

    private static bool InlineRequested() =>
        !OperatingSystem.IsWindows() && Environment.GetEnvironmentVariable(InlineVariable) is "1" or "true";

    private static int ThreadsRequested()
    {
        string? text = Environment.GetEnvironmentVariable(ThreadsVariable);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int threads) && threads > 0
            ? threads
            : InlineRequested() ? Environment.ProcessorCount : 0;
    }
}
