using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Lifecycle;

/// <summary>Messages of the Lifecycle room; event ids 800 to 899.</summary>
internal static partial class LifecycleLog
{
    [LoggerMessage(800, LogLevel.Warning,
        "the service manager at {Address} does not hear: {Reason}; the relay runs on without it")]
    internal static partial void ManagerUnreachable(ILogger logger, string address, string reason);

    [LoggerMessage(801, LogLevel.Error,
        "a socket thread has been busy with one turn since the last look; no sign of life for the watchdog")]
    internal static partial void Stuck(ILogger logger);

    [LoggerMessage(802, LogLevel.Warning, "cannot remove the pid file {Path}: {Reason}; remove it")]
    internal static partial void PidFileLeft(ILogger logger, string path, string reason);

    [LoggerMessage(803, LogLevel.Information, "{Endpoint} is a socket of the service manager: {Title}")]
    internal static partial void Inherited(ILogger logger, Endpoint endpoint, string title);
}
