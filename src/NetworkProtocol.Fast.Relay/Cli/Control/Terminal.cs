using System;
using System.IO;
using Spectre.Console;

namespace NetworkProtocol.Fast.Relay.Cli.Control;

/// <summary>A console of Spectre's over our stdout: with colours and its width on a terminal, plain and wide
/// elsewhere.</summary>
internal static class Terminal
{
    // Wide enough for every table, so that a pipe or file gets whole lines.
    private const int PlainWidth = 240;

    internal static IAnsiConsole Over(TextWriter output)
    {
        bool isPlain = Console.IsOutputRedirected;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = isPlain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = isPlain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = isPlain ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (isPlain)
        {
            console.Profile.Width = PlainWidth;
        }

        return console;
    }
}
