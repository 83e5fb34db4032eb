using System;
using System.Collections.Generic;
using System.IO;
using System.Net.Sockets;
using System.Text.Json;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Benchmarks.Measuring;
using NetworkProtocol.Fast.Benchmarks.Processes;

namespace NetworkProtocol.Fast.Benchmarks.Scenarios;

/// <summary>What all scenarios share: the programs, how long to measure, and where figures go.</summary>
internal sealed class Harness : IDisposable
{
    // Each step has a limit of its own; this one is for what nobody has thought of.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    private readonly string npfast;
    private readonly string npfastLoad;

    internal Harness(string npfast, string npfastLoad, bool smoke, int rounds, Measurements measurements)
    {
        this.npfast = Path.GetFullPath(npfast);
        this.npfastLoad = Path.GetFullPath(npfastLoad);
        IsSmoke = smoke;
        Rounds = rounds;
        Measurements = measurements;
        AppDomain.CurrentDomain.ProcessExit += DeleteFolder;
        Placements = Placement.Available(Environment.ProcessorCount, Placement.CanPin, out string? missing);
        if (missing is not null)
        {
            measurements.Missing.Add(missing);
        }
    }

    internal bool IsSmoke { get; }

    internal int Rounds { get; }

    /// <summary>Seconds measured for each subject and round.</summary>
    internal double Seconds => IsSmoke ? 0.3 : 0.5;

    internal IReadOnlyList<Placement> Placements { get; }

    /// <summary>For scenarios where ratios matter most.</summary>
    internal Placement Steady => Placements[0];

    /// <summary>For scenarios in which the load must not take the relay's processor time.</summary>
    internal Placement Separate => Placements.Count == 3 ? Placement.Apart : Placement.Free;

    internal Measurements Measurements { get; }

    /// <summary>Keys, configurations; gone with the harness.</summary>
    internal string Folder { get; } = Directory.CreateTempSubdirectory("npfast-load-").FullName;

    internal Child StartNpfast(string name, Part part, Placement placement, params IEnumerable<string> arguments) =>
        Child.Start(name, placement.CommandOf(part, npfast, arguments));

    internal Child StartLoad(string name, Part part, Placement placement, params IEnumerable<string> arguments) =>
        Child.Start(name, placement.CommandOf(part, npfastLoad, arguments));

    /// <summary>Goes on when something cannot be measured, and remembers it: the rest of a long run is worth
    /// having.</summary>
    /// <returns>False when it failed.</returns>
    internal async Task<bool> TryAsync(string what, Func<Task> measure)
    {
        try
        {
            await measure().WaitAsync(Limit);
            return true;
        }
        catch (Exception e) when (e is MeasurementException or TimeoutException or InvalidOperationException
            or IOException or JsonException or SocketException)
        {
            Say($"{what} failed: {e.Message}");
            Measurements.Failed.Add($"{what}: {e.Message}");
            return false;
        }
    }

    /// <summary>Says on stderr what is going on, so that a long run does not look stuck.</summary>
    internal static void Say(string what) =>
        Console.Error.WriteLine($"{DateTime.UtcNow.ToString("HH:mm:ss", null)} {what}");

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= DeleteFolder;
        DeleteFolder(null, EventArgs.Empty);
    }

    private void DeleteFolder(object? sender, EventArgs e) => Directory.Delete(Folder, recursive: true);
}
