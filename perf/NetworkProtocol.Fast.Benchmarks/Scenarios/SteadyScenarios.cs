using System.Collections.Generic;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Benchmarks.Processes;

namespace NetworkProtocol.Fast.Benchmarks.Scenarios;

/// <summary>Round trips and throughput: echo and forwarding by size, connections and requests in flight, and an open
/// loop.</summary>
internal static class SteadyScenarios
{
    internal const string Echo = "echo";
    internal const string Forwarded = "forwarded";
    internal const string OpenLoop = "open loop";

    private static readonly int[] Sizes = [0, 64, 1 << 10, 16 << 10, 64 << 10, 1 << 20];

    /// <summary>In one core everything; in the other placements what shows what they change.</summary>
    internal static IReadOnlyList<Shape> ShapesFor(Placement placement, bool smoke)
    {
        if (smoke)
        {
            return placement == Placement.OneCore ? [Shape.Busy(64), Shape.PingPong] : [Shape.Busy(64)];
        }

        var shapes = new List<Shape>();
        if (!ReferenceEquals(placement, Placement.OneCore))
        {
            return [Shape.Busy(64), Shape.Busy(1 << 10), Shape.Busy(16 << 10), Shape.PingPong];
        }

        foreach (int size in Sizes)
        {
            shapes.Add(Shape.Busy(size));
        }

        shapes.AddRange([Shape.PingPong, new(64, 16, 1), new(64, 256, 1), new(64, 1, 64), new(64, 256, 64)]);
        return shapes;
    }

    internal static async Task RunAsync(Harness harness)
    {
        foreach (Placement placement in harness.Placements)
        {
            await harness.TryAsync($"{Echo} and {Forwarded}, {placement}", () => RunAsync(harness, placement));
        }
    }

    private static async Task RunAsync(Harness harness, Placement placement)
    {
        using var bed = new Bed(harness, placement);
        IReadOnlyList<Shape> shapes = ShapesFor(placement, harness.IsSmoke);
        IReadOnlyList<Subject> echo = await EchoSubjectsAsync(bed);
        await Generator.RunAllAsync(harness, Echo, placement, echo, shapes);
        IReadOnlyList<Subject> forwarding = await ForwardingSubjectsAsync(bed);
        await Generator.RunAllAsync(harness, Forwarded, placement, forwarding, shapes);
        if (placement == harness.Separate)
        {
            await RunOpenLoopAsync(harness, "echo", placement, echo);
            await RunOpenLoopAsync(harness, "forwarded", placement, forwarding);
        }
    }

    private static async Task<IReadOnlyList<Subject>> EchoSubjectsAsync(Bed bed)
    {
        (Child raw, string rawTarget) = await bed.RawEchoAsync(Part.Relay);
        (Child plain, string plainTarget) = await bed.NpfastAsync("npfast plain", Part.Relay, "plain");
        (Child secure, string secureTarget) = await bed.NpfastAsync("npfast secure", Part.Relay, "secure");
        return
        [
            new Subject("raw", "raw", rawTarget, raw),
            new Subject("npfast plain", "plain", plainTarget, plain),
            new Subject("npfast secure", "secure", secureTarget, secure),
        ];
    }

    // All of them before the same upstream, which the raw relay reaches byte for byte.
    private static async Task<IReadOnlyList<Subject>> ForwardingSubjectsAsync(Bed bed)
    {
        (Child upstream, string target) = await bed.NpfastAsync("upstream", Part.Upstream, "plain");
        (Child raw, string rawTarget) = await bed.RawRelayAsync(target);
        (Child plain, string plainTarget) = await bed.ForwardingAsync("npfast plain", "plain", target);
        (Child secure, string secureTarget) = await bed.ForwardingAsync("npfast secure", "secure", target);
        return
        [
            new Subject("raw", "plain", rawTarget, raw, upstream),
            new Subject("npfast plain", "plain", plainTarget, plain, upstream),
            new Subject("npfast secure", "secure", secureTarget, secure, upstream),
        ];
    }

    // The number of connections times 256 is the most that may be under way, not what is.
    private static async Task RunOpenLoopAsync(
        Harness harness, string what, Placement placement, IReadOnlyList<Subject> subjects)
    {
        foreach (string rate in harness.IsSmoke ? ["20000"] : (string[])["20000", "100000"])
        {
            var paced = new List<Subject>();
            foreach (Subject subject in subjects)
            {
                paced.Add(subject with { Options = ["--rate", rate] });
            }

            await Generator.RunAllAsync(
                harness, $"{OpenLoop}, {what}, {rate} messages/s", placement, paced, [new Shape(64, 16, 256)]);
        }
    }
}
