using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using NetworkProtocol.Fast.Benchmarks.Processes;
using NetworkProtocol.Fast.Relay.Cli;

namespace NetworkProtocol.Fast.Loading;

/// <summary>
/// Processor time of other processes over the window, read by the one that opens and closes it: whoever only hears of
/// the window on a busy machine would read the clocks late, and count what comes after it.
/// </summary>
internal sealed class WatchedProcesses
{
    private readonly int[] ids;
    private Dictionary<int, double>[]? before;

    /// <param name="list">Their numbers, with commas between; may be empty.</param>
    /// <exception cref="UsageException">It is no such list.</exception>
    internal WatchedProcesses(string list) => ids = list.Length == 0 ? [] : [.. list.Split(',').Select(IdOf)];

    /// <summary>Seconds that each used between the two looks, with the processes that it started.</summary>
    internal IReadOnlyList<double> CpuSeconds { get; private set; } = [];

    /// <summary>Called once when the window begins, and once when it ends.</summary>
    internal void Look()
    {
        Dictionary<int, double>[] now = [.. ids.Select(ProcessClock.CpuSeconds)];
        if (before is null)
        {
            before = now;
        }
        else
        {
            CpuSeconds = [.. before.Zip(now, ProcessClock.Used)];
        }
    }

    private static int IdOf(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int id) && id > 0
            ? id
            : throw new UsageException($"--watch: '{text}' is not the number of a process");
}
