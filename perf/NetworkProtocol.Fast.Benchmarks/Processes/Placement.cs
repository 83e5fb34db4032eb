using System.Collections.Generic;

namespace NetworkProtocol.Fast.Benchmarks.Processes;

/// <summary>
/// Which processors the processes run on. It decides more than the programs do, so every figure says which one it
/// was measured in.
/// </summary>
internal sealed class Placement
{
    private const string Taskset = "taskset";

    private readonly string? relayCore;
    private readonly string? otherCore;

    private Placement(string name, string? relayCore, string? otherCore)
    {
        Name = name;
        this.relayCore = relayCore;
        this.otherCore = otherCore;
    }

    /// <summary>All on one processor: what a round trip takes is the sum of what it costs, and little else
    /// disturbs.</summary>
    internal static Placement OneCore { get; } = new("one core", "0", "0");

    /// <summary>The relay alone on one processor, load and upstream on another.</summary>
    internal static Placement Apart { get; } = new("apart", "1", "0");

    /// <summary>Wherever the system puts them.</summary>
    internal static Placement Free { get; } = new("free", null, null);

    internal string Name { get; }

    internal bool IsPinned => relayCore is not null;

    /// <summary>Whether load and upstream share a processor, and the relay has another one.</summary>
    internal bool SeparatesRelay => relayCore != otherCore;

    /// <summary>Those that this machine has, and why others are missing.</summary>
    internal static IReadOnlyList<Placement> Available(int processors, bool canPin, out string? missing)
    {
        missing = !canPin ? "one core, apart: taskset is not installed"
            : processors < 2 ? "apart: the machine has one processor"
            : null;
        return !canPin ? [Free] : processors < 2 ? [OneCore, Free] : [OneCore, Apart, Free];
    }

    internal static bool CanPin => Executable.Find(Taskset) is not null;

    /// <summary>The command line that runs a part in its place.</summary>
    internal IReadOnlyList<string> CommandOf(Part part, string file, IEnumerable<string> arguments)
    {
        string? core = part == Part.Relay ? relayCore : otherCore;
        return core is null ? [file, .. arguments] : [Taskset, "-c", core, file, .. arguments];
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
