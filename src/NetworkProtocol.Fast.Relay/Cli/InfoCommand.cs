using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Text.Json;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary><c>npfast info</c>: what this executable is and which settings are in force.</summary>
internal static class InfoCommand
{
    private static readonly Option<bool> Json = Parameters.Flag("--json", "Prints one JSON document");

    internal static Command Create()
    {
        var command = new Command("info", "Shows versions, runtime settings in force and limits.") { Json };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        StandardOutput.Require();
        IReadOnlyList<InfoSection> sections = ProcessReport.Collect();
        if (parsed.GetValue(Json))
        {
            WriteJson(sections);
        }
        else
        {
            WriteText(sections);
        }

        return ExitCode.Clean;
    }

    private static void WriteText(IReadOnlyList<InfoSection> sections)
    {
        foreach (InfoSection section in sections)
        {
            Console.Out.WriteLine(section.Name);
            foreach ((string name, string value) in section.Entries)
            {
                Console.Out.WriteLine($"  {name,-34} {value}");
            }
        }
    }

    private static void WriteJson(IReadOnlyList<InfoSection> sections)
    {
        using Stream output = Console.OpenStandardOutput();
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        foreach (InfoSection section in sections)
        {
            json.WriteStartObject(section.Name);
            foreach ((string name, string value) in section.Entries)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.Flush();
        output.WriteByte((byte)'\n');
    }
}
