using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Benchmarks.Processes;

namespace NetworkProtocol.Fast.Benchmarks.Scenarios;

/// <summary>Connections that come and go: with nothing but their handshake, and with one request each. A message of
/// these is one connection.</summary>
internal static class ConnectScenarios
{
    internal const string Handshakes = "handshakes";
    internal const string Churn = "churn";

    /// <summary>Four at a time; the payload is that of the one request.</summary>
    internal static Shape Visits => new(0, 4, 1);

    internal static async Task RunAsync(Harness harness)
    {
        foreach (Placement placement in harness.IsSmoke ? [harness.Steady] : harness.Placements)
        {
            await harness.TryAsync($"{Handshakes} and {Churn}, {placement}", () => RunAsync(harness, placement));
        }
    }

    private static async Task RunAsync(Harness harness, Placement placement)
    {
        using var bed = new Bed(harness, placement);
        (Child raw, string rawTarget) = await bed.RawEchoAsync(Part.Relay);
        (Child plain, string plainTarget) = await bed.NpfastAsync("npfast plain", Part.Relay, "plain");
        (Child secure, string secureTarget) = await bed.NpfastAsync("npfast secure", Part.Relay, "secure");
        Subject[] subjects =
        [
            new("raw", "raw", rawTarget, raw),
            new("npfast plain", "plain", plainTarget, plain),
            new("npfast secure", "secure", secureTarget, secure),
        ];

        // Bare connections have no handshake.
        await Generator.RunAllAsync(harness, Handshakes, placement, Visiting(subjects[1..], "open"), [Visits]);
        await Generator.RunAllAsync(harness, Churn, placement, Visiting(subjects, "ask"), [Visits]);
    }

    internal static IReadOnlyList<Subject> Visiting(IEnumerable<Subject> subjects, string how) =>
        [.. subjects.Select(subject => subject with { Options = ["--visit", how] })];
}
