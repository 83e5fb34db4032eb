using System;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>Messages of the Admin room; event ids 700 to 799.</summary>
internal static partial class AdminLog
{
    [LoggerMessage(700, LogLevel.Information, "admin interface on {Address}")]
    internal static partial void Open(ILogger logger, string address);

    [LoggerMessage(701, LogLevel.Warning,
        "admin interface on {Endpoint} can be reached from other machines, and what it says and is told is not "
        + "encrypted")]
    internal static partial void Remote(ILogger logger, Endpoint endpoint);

    [LoggerMessage(702, LogLevel.Information, "admin: {Change}, asked for by {Client}")]
    internal static partial void Changed(ILogger logger, string change, string client);

    [LoggerMessage(703, LogLevel.Warning,
        "admin: {Client} presented a wrong token; {Before} more did since the last line about it")]
    internal static partial void WrongToken(ILogger logger, string client, long before);

    [LoggerMessage(704, LogLevel.Error, "admin: {Method} {Path} failed")]
    internal static partial void Failed(ILogger logger, Exception error, string method, string path);

    [LoggerMessage(705, LogLevel.Error,
        "admin: no sample for the plots could be taken; {Before} more since the last line about it")]
    internal static partial void NoSample(ILogger logger, Exception error, long before);
}
