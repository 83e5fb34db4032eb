using System;
using System.IO;
using System.Text;
using Microsoft.Win32.SafeHandles;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>
/// Where results go. The console's own stream takes a pipe that nobody reads any more for one that took everything, so
/// a row of pings into <c>head</c> would never end; this one says so.
/// </summary>
internal static class StandardOutput
{
    private const int Descriptor = 1;

    // EPIPE has this number on every system with pipes of that kind; the runtime hands it over as it is.
    private const int BrokenPipe = 32;

    /// <summary>To be called by what prints, before it does anything that cannot be undone.</summary>
    /// <exception cref="CommandFailedException">The process was started without it.</exception>
    internal static void Require()
    {
        if (!SystemDescriptors.IsInherited(Descriptor))
        {
            throw new CommandFailedException("stdout is closed; send it to a pipe, a file or /dev/null");
        }
    }

    /// <summary>Opens it unbuffered. Disposing the stream leaves the descriptor open.</summary>
    internal static Stream Open()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
        {
            return Console.OpenStandardOutput();
        }

        var stream = new FileStream(new SafeFileHandle(Descriptor, ownsHandle: false), FileAccess.Write, 0);
        if (!stream.CanSeek)
        {
            return stream;
        }

        // Into a file this would write beside the offset that a shell's next command goes on from. A file has no
        // reader to lose, so the console's stream does.
        stream.Dispose();
        return Console.OpenStandardOutput();
    }

    /// <summary>Opens it for lines, each of which is written at once.</summary>
    internal static TextWriter OpenText() =>
        new StreamWriter(Open(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };

    /// <summary>Whether the reader of a pipe went away.</summary>
    internal static bool IsClosed(Exception error) =>
        !OperatingSystem.IsWindows() && error is IOException { HResult: BrokenPipe };
}
