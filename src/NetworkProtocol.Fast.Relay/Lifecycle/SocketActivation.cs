using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Lifecycle;

/// <summary>
/// Sockets that a service manager opened and passed on, as sd_listen_fds(3) describes it: descriptors from 3 on, as
/// many as LISTEN_FDS says, for the process that LISTEN_PID names, with the names of LISTEN_FDNAMES. Linux.
/// </summary>
internal sealed class SocketActivation
{
    private const int FirstDescriptor = 3; // SD_LISTEN_FDS_START
    private const int SocketsMax = 1024;
    private const string ProcessVariable = "LISTEN_PID";
    private const string CountVariable = "LISTEN_FDS";
    private const string NamesVariable = "LISTEN_FDNAMES";

    // Of systemd 258 and later: the process once more, in a way that no other can have. The number tells enough.
    private const string HandleVariable = "LISTEN_PIDFDID";

    // By listener, each with how messages call it.
    private readonly Dictionary<Endpoint, (InheritedSocket Socket, string Title)> sockets = [];
    private readonly HashSet<Endpoint> given = [];

    private SocketActivation()
    {
    }

    /// <summary>Takes what was passed to this process, and the variables out of its environment, so that no program
    /// that it starts takes them for its own.</summary>
    /// <param name="listeners">Where the process is to listen.</param>
    /// <exception cref="SocketActivationException">Something that was passed is no socket for one of
    /// these.</exception>
    /// <exception cref="TransportException">The host of a listener has no address.</exception>
    internal static SocketActivation Receive(IReadOnlyCollection<Endpoint> listeners)
    {
        string? process = Take(ProcessVariable);
        string? passed = Take(CountVariable);
        string[] names = Take(NamesVariable)?.Split(':') ?? [];
        Take(HandleVariable);
        var activation = new SocketActivation();
        int count = OperatingSystem.IsLinux() ? CountOf(process, passed, Environment.ProcessId) : 0;
        for (int i = 0; i < count; i++)
        {
            activation.Add(FirstDescriptor + i, names.ElementAtOrDefault(i), listeners);
        }

        return activation;
    }

    /// <param name="process">What LISTEN_PID holds; null for nothing.</param>
    /// <param name="count">What LISTEN_FDS holds; null for nothing.</param>
    /// <param name="self">Number of this process.</param>
    /// <returns>How many descriptors were passed to this process; 0 when it was another one that they were passed to,
    /// which left the variables behind.</returns>
    /// <exception cref="SocketActivationException">They do not hold numbers.</exception>
    internal static int CountOf(string? process, string? count, int self)
    {
        if (process is null || count is null)
        {
            return 0;
        }

        if (!int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out int named))
        {
            throw new SocketActivationException($"{ProcessVariable} is '{process}', not the number of a process; "
                + "leave it to the service manager, or unset it");
        }

        if (named != self)
        {
            return 0;
        }

        return int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int sockets)
            && sockets <= SocketsMax
            ? sockets
            : throw new SocketActivationException($"{CountVariable} is '{count}', not a number from 0 to {SocketsMax}; "
                + "leave it to the service manager, or unset it");
    }

    /// <summary>The socket for a listener, which owns it then; null when the listener has to open one. So does a
    /// second listener on the same endpoint, which cannot.</summary>
    internal InheritedSocket? Give(Endpoint listener) =>
        sockets.TryGetValue(listener, out (InheritedSocket Socket, string) found) && given.Add(listener)
            ? found.Socket
            : null;

    /// <summary>Logs what was passed.</summary>
    internal void Tell(ILogger logger)
    {
        foreach ((Endpoint listener, (_, string title)) in sockets)
        {
            LifecycleLog.Inherited(logger, listener, title);
        }
    }

    private static string? Take(string variable)
    {
        string? value = Environment.GetEnvironmentVariable(variable);
        Environment.SetEnvironmentVariable(variable, null);
        return value;
    }

    private void Add(int descriptor, string? name, IReadOnlyCollection<Endpoint> listeners)
    {
        string title = string.IsNullOrEmpty(name)
            ? string.Create(CultureInfo.InvariantCulture, $"descriptor {descriptor}")
            : string.Create(CultureInfo.InvariantCulture, $"descriptor {descriptor} ({name})");
        if (InheritedSocket.FaultOf(descriptor) is { } fault)
        {
            throw new SocketActivationException($"{title} from the service manager {fault}");
        }

        var socket = new InheritedSocket(descriptor);
        Endpoint listener = listeners.FirstOrDefault(socket.IsAt)
            ?? throw new SocketActivationException($"{title} from the service manager listens on {socket.Address}, "
                + "where the relay is not configured to listen; have both say the same. The relay's listeners: "
                + string.Join(", ", listeners));
        if (!sockets.TryAdd(listener, (socket, title)))
        {
            throw new SocketActivationException($"{sockets[listener].Title} and {title} from the service manager "
                + $"both listen on {socket.Address}; pass one of them");
        }
    }
}
