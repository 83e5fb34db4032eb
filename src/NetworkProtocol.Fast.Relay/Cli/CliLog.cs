using System;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>Messages of the Cli room; event ids 600 to 699.</summary>
internal static partial class CliLog
{
    // Scripts and tests wait for this line to learn the port.
    [LoggerMessage(600, LogLevel.Information, "listening on {Endpoint}")]
    internal static partial void Listening(ILogger logger, Endpoint endpoint);

    [LoggerMessage(601, LogLevel.Warning,
        "sessions on {Endpoint} are plain: anyone may connect, and whoever is on the way can read and "
        + "change everything")]
    internal static partial void PlainOnTcp(ILogger logger, Endpoint endpoint);

    [LoggerMessage(602, LogLevel.Warning,
        "the limit of {DescriptorsMax} descriptors is too low for {ConnectionsMax} connections; "
        + "raise it (ulimit -n) or lower --max-connections")]
    internal static partial void DescriptorsShort(ILogger logger, long descriptorsMax, int connectionsMax);

    [LoggerMessage(603, LogLevel.Information,
        "draining {Connections} connections for at most {Deadline}; a second signal stops at once")]
    internal static partial void Draining(ILogger logger, int connections, Duration deadline);

    [LoggerMessage(604, LogLevel.Information, "stopped")]
    internal static partial void Stopped(ILogger logger);

    [LoggerMessage(605, LogLevel.Warning, "stopped; {Cut} connections were cut at the deadline")]
    internal static partial void StoppedHard(ILogger logger, int cut);

    [LoggerMessage(606, LogLevel.Information, "made a private key: {Path}, fingerprint {Fingerprint}")]
    internal static partial void IdentityCreated(ILogger logger, string path, KeyFingerprint fingerprint);

    // What clients pin; scripts read it off this line.
    [LoggerMessage(607, LogLevel.Information, "identity {Fingerprint}")]
    internal static partial void Identity(ILogger logger, KeyFingerprint fingerprint);

    [LoggerMessage(608, LogLevel.Warning,
        "sessions with upstream {Upstream} at {Node} are plain: whoever is on the way "
        + "can read and change everything")]
    internal static partial void PlainUpstream(ILogger logger, string upstream, Endpoint node);

    [LoggerMessage(609, LogLevel.Information,
        "{Descriptors} descriptors may be open, enough for {ConnectionsMax} connections")]
    internal static partial void Descriptors(ILogger logger, long descriptors, int connectionsMax);

    [LoggerMessage(610, LogLevel.Warning,
        "the file of {Endpoint} has the mode {Mode} and lets more connect than the {Configured} of the configuration; "
        + "set SocketMode= in its socket unit, or the mode of the listener")]
    internal static partial void InheritedMode(ILogger logger, Endpoint endpoint, string mode, string configured);

    [LoggerMessage(630, LogLevel.Information,
        "configuration read again: {Changes} changes in force, {Restarts} need a restart")]
    internal static partial void Reloaded(ILogger logger, int changes, int restarts);

    [LoggerMessage(631, LogLevel.Information, "changed: {Change}")]
    internal static partial void ReloadChange(ILogger logger, string change);

    [LoggerMessage(632, LogLevel.Warning, "needs a restart: {Change}")]
    internal static partial void ReloadNeedsRestart(ILogger logger, string change);

    [LoggerMessage(633, LogLevel.Error, "{Fault}")]
    internal static partial void ReloadFault(ILogger logger, string fault);

    [LoggerMessage(634, LogLevel.Error,
        "the configuration was not read again: {Count} faults; the one of before stays in force")]
    internal static partial void NotReloaded(ILogger logger, int count);

    [LoggerMessage(635, LogLevel.Error, "reading the configuration again failed unexpectedly")]
    internal static partial void ReloadBroke(ILogger logger, Exception error);
}
