using System;
using System.Diagnostics;
using System.IO;
using System.Text;
using System.Text.Json;
using System.Threading;
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

    /// <summary>Completes when whoever started this process closes its standard input, or is gone. Until then a line
    /// "collections" is answered with how often garbage was collected.</summary>
    /// <remarks>On a thread of its own: pinned to one processor the pool has one thread to begin with, and with that
    /// one waiting here everything queued to the pool would wait half a second for the next.</remarks>
    internal static Task InputEndedAsync() => Task.Factory.StartNew(
        static () =>
        {
            using var input = new StreamReader(Console.OpenStandardInput(), Encoding.UTF8);
            while (input.ReadLine() is { } question)
            {
                if (question == "collections")
                {
                    Write(question, WriteCollections);
                }
            }
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private static void WriteCollections(Utf8JsonWriter json)
    {
        for (int generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            json.WriteNumber($"gen{generation}", GC.CollectionCount(generation));
        }
    }
}
