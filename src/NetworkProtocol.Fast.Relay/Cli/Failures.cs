using System;
using System.IO;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Link;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>
/// Tells what went wrong outside from what is wrong with this program: the former is one line for people, the latter
/// keeps its stack trace.
/// </summary>
internal static class Failures
{
    /// <returns>One line, or null when the exception is a fault of this program.</returns>
    internal static string? Describe(Exception error) => error switch
    {
        // Why a server is not trusted is the whole matter, and the text says what to do.
        PacketConnectionException { Closed: { Reason: CloseReason.Untrusted } closed } => closed.Detail,
        CommandFailedException or PacketErrorException or TimeoutException => error.Message,
        IOException or UnauthorizedAccessException => LowerFirst(error.Message),
        OperationCanceledException => "interrupted",
        _ => null,
    };

    // The system's own messages begin in upper case and end in a full stop.
    private static string LowerFirst(string message) => message.Length > 1 && char.IsLower(message[1])
        ? char.ToLowerInvariant(message[0]) + message[1..].TrimEnd('.')
        : message;
}
