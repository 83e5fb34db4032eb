using System;
using System.IO;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>Where people are told things: a line each, with the program's name in front.</summary>
internal static class StandardError
{
    private const int Descriptor = 2;

    internal static void WriteLine(string message)
    {
        try
        {
            if (SystemDescriptors.IsInherited(Descriptor))
            {
                Console.Error.WriteLine("npfast: " + OneLine.Of(message));
            }
        }
        catch (IOException)
        {
            // Full or gone: the exit code is all that is left to tell.
        }
    }

    /// <summary>Something that is done as asked, but that whoever asked should know.</summary>
    internal static void Warn(string message) => WriteLine("warning: " + message);
}
