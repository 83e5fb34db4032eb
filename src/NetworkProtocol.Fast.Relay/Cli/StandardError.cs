using System;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>Where people are told things: a line each, with the program's name in front.</summary>
internal static class StandardError
{
    internal static void WriteLine(string message) => Console.Error.WriteLine("npfast: " + OneLine.Of(message));

    /// <summary>Something that is done as asked, but that whoever asked should know.</summary>
    internal static void Warn(string message) => WriteLine("warning: " + message);
}
