using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Processes;

/// <summary>
/// The real binary in a process of its own: NPFAST_BINARY names it, else it is what the build put beside
/// the project. Killed when disposed. Every wait ends with the test's own time limit.
/// </summary>
internal sealed class NpfastProcess : IDisposable
{
    private const string ListeningMark = "listening on ";

    // Sets the limit where there is no test that has one: while a fixture is set up.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly StringBuilder log = new();
    private readonly List<Endpoint> endpoints = [];
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int listeners;

    private NpfastProcess(ProcessStartInfo start, int listeners)
    {
        this.listeners = listeners;
        process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, e) => Note(e.Data);
        process.ErrorDataReceived += (_, e) => Note(e.Data);
        process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException("npfast ended early"));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The binary under test.</summary>
    internal static string BinaryPath { get; } = FindBinary();

    /// <summary>Whether it was compiled ahead of time; else the runtime stands beside it.</summary>
    internal static bool IsNative { get; } = !File.Exists(Path.ChangeExtension(BinaryPath, ".dll"));

    /// <summary>Where it listens, with real ports.</summary>
    internal IReadOnlyList<Endpoint> Endpoints
    {
        get
        {
            lock (log)
            {
                return [.. endpoints];
            }
        }
    }

    /// <summary>Everything it has written so far.</summary>
    internal string Log
    {
        get
        {
            lock (log)
            {
                return log.ToString();
            }
        }
    }

    internal int Id => process.Id;

    /// <summary>Resident memory of the process in bytes.</summary>
    internal long ResidentBytes
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64;
        }
    }

    /// <summary>Starts `npfast relay` and waits until every --listen is open.</summary>
    internal static Task<NpfastProcess> StartRelayAsync(params string[] arguments) =>
        StartRelayWithVariablesAsync(new Dictionary<string, string?>(), arguments);

    /// <summary>The same with changes to its environment; null takes a variable away.</summary>
    internal static async Task<NpfastProcess> StartRelayWithVariablesAsync(
        IReadOnlyDictionary<string, string?> variables, params string[] arguments)
    {
        int listeners = Math.Max(1, arguments.Count(static a => a == "--listen"));
        var started = new NpfastProcess(StartInfo(variables, ["relay", .. arguments]), listeners);
        try
        {
            using CancellationTokenSource limit = Limit();
            await started.ready.Task.WaitAsync(limit.Token);
            return started;
        }
        catch (Exception e)
        {
            started.Dispose();
            throw new InvalidOperationException($"the relay did not start: {started.Log}", e);
        }
    }

    /// <summary>Runs a command to its end.</summary>
    internal static Task<(int ExitCode, byte[] Output, string Errors)> RunAsync(params string[] arguments) =>
        RunWithInputAsync([], arguments);

    /// <summary>Runs a command to its end, with changes to its environment; null takes a variable away.</summary>
    internal static Task<(int ExitCode, byte[] Output, string Errors)> RunWithVariablesAsync(
        IReadOnlyDictionary<string, string?> variables, params string[] arguments) =>
        RunAsync(StartInfo(variables, arguments), []);

    /// <summary>Runs a command to its end, with bytes on stdin.</summary>
    internal static Task<(int ExitCode, byte[] Output, string Errors)> RunWithInputAsync(
        byte[] input, params string[] arguments) => RunAsync(StartInfo(arguments), input);

    /// <summary>Runs another program to its end, to hold npfast against it.</summary>
    internal static Task<(int ExitCode, byte[] Output, string Errors)> RunProgramAsync(
        string program, byte[] input, params string[] arguments) => RunAsync(StartInfo(program, arguments), input);

    private static async Task<(int ExitCode, byte[] Output, string Errors)> RunAsync(
        ProcessStartInfo start, byte[] input)
    {
        using var running = new Process { StartInfo = start };
        running.Start();
        using var output = new MemoryStream();
        Task reading = running.StandardOutput.BaseStream.CopyToAsync(output);
        Task<string> errors = running.StandardError.ReadToEndAsync();
        using CancellationTokenSource limit = Limit();
        try
        {
            await running.StandardInput.BaseStream.WriteAsync(input, limit.Token);
            running.StandardInput.Close();
            await running.WaitForExitAsync(limit.Token);
        }
        finally
        {
            running.Kill();
        }

        await reading;
        return (running.ExitCode, output.ToArray(), await errors);
    }

    /// <summary>Sends a signal by name, such as INT or TERM.</summary>
    internal void Signal(string name)
    {
        string id = process.Id.ToString(CultureInfo.InvariantCulture);
        using Process kill = Process.Start("kill", ["-" + name, id]);
        kill.WaitForExit();
    }

    /// <summary>Asks it to stop and returns its exit code.</summary>
    internal async Task<int> StopAsync()
    {
        Signal("TERM");
        return await ExitAsync();
    }

    internal async Task<int> ExitAsync()
    {
        using CancellationTokenSource limit = Limit();
        await process.WaitForExitAsync(limit.Token);
        return process.ExitCode;
    }

    /// <summary>Ends it at once, as a crash would.</summary>
    internal void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            Kill();
        }

        process.Dispose();
    }

    private static CancellationTokenSource Limit()
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.CurrentContext.CancellationToken);
        limit.CancelAfter(Patience);
        return limit;
    }

    private static ProcessStartInfo StartInfo(IReadOnlyDictionary<string, string?> variables, string[] arguments)
    {
        ProcessStartInfo start = StartInfo(arguments);
        foreach ((string name, string? value) in variables)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    // The state directory is that of the test run; TestState has put it into the environment.
    private static ProcessStartInfo StartInfo(string[] arguments) => StartInfo(BinaryPath, arguments);

    private static ProcessStartInfo StartInfo(string program, string[] arguments) => new(program, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    private static string FindBinary()
    {
        if (Environment.GetEnvironmentVariable("NPFAST_BINARY") is { Length: > 0 } named)
        {
            return Path.GetFullPath(named);
        }

        // tests/X/bin/<configuration>/net10.0 stands beside src/Y/bin/<configuration>/net10.0.
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        string root = output.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
        string name = OperatingSystem.IsWindows() ? "npfast.exe" : "npfast";
        return Path.Combine(
            root, "src", "NetworkProtocol.Fast.Relay", "bin", output.Parent.Name, output.Name, name);
    }

    private void Note(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (log)
        {
            log.AppendLine(line);
            int mark = line.IndexOf(ListeningMark, StringComparison.Ordinal);
            if (mark >= 0)
            {
                string uri = line[(mark + ListeningMark.Length)..].Split(' ', ',', '"')[0];
                endpoints.Add(Endpoint.Parse(uri));
                if (endpoints.Count == listeners)
                {
                    ready.TrySetResult();
                }
            }
        }
    }
}
