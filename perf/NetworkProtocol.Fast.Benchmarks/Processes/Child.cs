using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Benchmarks.Processes;

/// <summary>A process of the harness. It is killed with all that it started when it is disposed of, and when the
/// harness ends in whatever way.</summary>
internal sealed class Child : IDisposable
{
    private const int LinesKept = 20;

    // A killed process ends at once, unless the kernel is still busy for it; the run does not depend on it.
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10);

    private static readonly ConcurrentDictionary<Child, bool> Alive = [];

    // While the harness ends, its measurements still run: they must not start what nobody would kill.
    private static readonly Lock Starting = new();
    private static bool isEnding;

    private readonly Process process;
    private readonly Channel<string> lines = Channel.CreateUnbounded<string>();
    private readonly ConcurrentQueue<string> last = new();
    private int streams = 2;

    private Child(string name, Process process)
    {
        Name = name;
        this.process = process;
        process.OutputDataReceived += (_, e) => Take(e.Data);
        process.ErrorDataReceived += (_, e) => Take(e.Data);
    }

    internal string Name { get; }

    internal int Id => process.Id;

    /// <summary>Processor time so far, in seconds, by process: its own and those that it started.</summary>
    internal Dictionary<int, double> CpuSeconds => ProcessClock.CpuSeconds(process.Id);

    internal long ResidentBytes => ProcessClock.ResidentBytes(process.Id);

    /// <summary>How often it has collected garbage, by generation; null where nobody can tell.</summary>
    internal Func<Task<double[]>>? CountCollections { get; set; }

    internal bool HasExited => process.HasExited;

    /// <param name="name">How messages call it.</param>
    /// <param name="command">File and arguments.</param>
    internal static Child Start(string name, IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var child = new Child(name, new Process { StartInfo = start });
        lock (Starting)
        {
            if (isEnding)
            {
                throw new MeasurementException("the harness is ending");
            }

            child.process.Start();
            Alive[child] = true;
        }

        child.process.BeginOutputReadLine();
        child.process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Kills what runs, and lets nothing start any more.</summary>
    internal static void KillAll()
    {
        lock (Starting)
        {
            isEnding = true;
            foreach (Child child in Alive.Keys)
            {
                child.Kill();
            }
        }
    }

    /// <summary>The next line of its output that holds the text; lines before it are passed over.</summary>
    /// <exception cref="MeasurementException">It ended, or did not say so in time.</exception>
    internal async Task<string> LineWithAsync(string text, TimeSpan limit)
    {
        using var timeout = new CancellationTokenSource(limit);
        try
        {
            while (true)
            {
                string line = await lines.Reader.ReadAsync(timeout.Token);
                if (line.Contains(text, StringComparison.Ordinal))
                {
                    return line;
                }
            }
        }
        catch (Exception e) when (e is ChannelClosedException or OperationCanceledException)
        {
            string how = e is ChannelClosedException ? "ended" : $"took more than {limit.TotalSeconds} s";
            throw new MeasurementException(
                $"{Name} {how} before it said '{text}'; its last words: {string.Join(" | ", last)}");
        }
    }

    /// <summary>Says that there is no more to do: npfast-load ends then, with its result.</summary>
    internal void CloseInput() => process.StandardInput.Close();

    /// <summary>Writes a line to its standard input.</summary>
    internal void Tell(string line)
    {
        process.StandardInput.WriteLine(line);
        process.StandardInput.Flush();
    }

    /// <exception cref="MeasurementException">It goes on.</exception>
    internal async Task EndedAsync(TimeSpan limit)
    {
        using var timeout = new CancellationTokenSource(limit);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            throw new MeasurementException($"{Name} does not end within {limit.TotalSeconds} s");
        }
    }

    internal void Signal(int signal) => _ = SendSignal(process.Id, signal);

    public void Dispose()
    {
        if (Alive.TryRemove(this, out _))
        {
            Kill();
            process.WaitForExit(EndLimit);
            process.Dispose();
        }
    }

    private void Kill()
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }

    private void Take(string? line)
    {
        if (line is not null)
        {
            last.Enqueue(line);
            if (last.Count > LinesKept)
            {
                last.TryDequeue(out _);
            }

            lines.Writer.TryWrite(line);
        }
        else if (Interlocked.Decrement(ref streams) == 0)
        {
            lines.Writer.TryComplete();
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int pid, int signal);
}
