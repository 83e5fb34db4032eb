using System;
using System.Diagnostics;
using System.IO;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Loading;

/// <summary>What this process says: one JSON object on each line of stdout.</summary>
internal static class Line
{
    private static readonly Stream Output = Console.OpenStandardOutput();

    // Lines are few, and come from more than one thread.
    private static readonly object Gate = new();

    /// <summary>Says that something has happened just now.</summary>
    internal static void Event(string name) => Write(name, static _ => { });

    /// <param name="name">What has happened.</param>
    /// <param name="details">Writes further members.</param>
    internal static void Write(string name, Action<Utf8JsonWriter> details)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("event", name);

            // The monotonic clock is the same in every process of the machine.
            json.WriteNumber("atSeconds", (double)Stopwatch.GetTimestamp() / Stopwatch.Frequency);
            details(json);
            json.WriteEndObject();
        }

        bytes.WriteByte((byte)'\n');
        lock (Gate)
        {
            Output.Write(bytes.GetBuffer(), 0, (int)bytes.Length);
            Output.Flush();
        }
    }

    /// <summary>Completes when whoever started this process closes its standard input, or is gone.</summary>
    internal static Task InputEndedAsync() => Task.Run(static () =>
    {
        using var input = new StreamReader(Console.OpenStandardInput(), Encoding.UTF8);
        while (input.ReadLine() is not null)
        {
            // There is nothing to be told.
        }
    });
}
