using System;
using System.IO;
using System.Linq;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Relay.Forwarding;
using NetworkProtocol.Fast.Relay.Lifecycle;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>Gives the listeners of a relay the sockets that a service manager opened for them.</summary>
internal static class RelaySockets
{
    private const UnixFileMode Connecting =
        UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <exception cref="SocketActivationException">Something was passed that is no socket of a listener.</exception>
    internal static SocketActivation Receive(RelayOptions options, AdminOptions? administration) =>
        SocketActivation.Receive(
        [
            .. options.Server.Listeners.Select(static l => l.Endpoint),
            .. administration is null ? Array.Empty<Endpoint>() : [administration.Endpoint],
        ]);

    internal static RelayOptions Give(this SocketActivation sockets, RelayOptions options) => options with
    {
        Server = options.Server with
        {
            Listeners =
            [
                .. options.Server.Listeners.Select(l => l with { Inherited = sockets.Give(l.Endpoint) }),
            ],
        },
    };

    internal static AdminOptions Give(this SocketActivation sockets, AdminOptions administration) =>
        administration with { Inherited = sockets.Give(administration.Endpoint) };

    /// <summary>Logs which sockets were passed, and whose files let more processes connect than they would, had the
    /// relay made them.</summary>
    internal static void Tell(
        SocketActivation sockets, ILogger logger, RelayOptions options, AdminOptions? administration)
    {
        sockets.Tell(logger);
        foreach (ServerListener listener in options.Server.Listeners)
        {
            Compare(logger, listener.Inherited, listener.Local ?? new LocalAccess());
        }

        Compare(logger, administration?.Inherited, new LocalAccess());
    }

    private static void Compare(ILogger logger, InheritedSocket? socket, LocalAccess access)
    {
        // Lists of users and groups hold whatever the file says.
        if (socket?.Address is { Scheme: EndpointScheme.Unix, IsAbstract: false } address
            && !access.IsRestricted
            && SystemFiles.TryLook(address.Path, followsLink: true, out FileStatus file)
            && (file.Mode & Connecting & ~access.FileMode) != 0)
        {
            CliLog.InheritedMode(logger, address, Octal(file.Mode), Octal(access.FileMode));
        }
    }

    private static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');
}
