using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Benchmarks.Processes;

namespace NetworkProtocol.Fast.Benchmarks.Scenarios;

/// <summary>The servers of one placement. They idle while they have no load, which costs nothing.</summary>
internal sealed class Bed : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    private readonly Harness harness;
    private readonly List<Child> children = [];

    internal Bed(Harness harness, Placement placement)
    {
        this.harness = harness;
        Placement = placement;
    }

    internal Placement Placement { get; }

    /// <summary>Whether npfast has an admin listener, which says how often it collected garbage. It keeps a second's
    /// sums, which would count as memory of links that are only there.</summary>
    internal bool CountsCollections { get; init; } = true;

    /// <summary>A relay that answers by itself.</summary>
    internal async Task<(Child Child, string Target)> NpfastAsync(
        string name, Part part, string session, params IEnumerable<string> options)
    {
        // Requests of many clients come over each of a relay's links to its upstream.
        string[] fixedOptions =
        [
            "relay", "--listen", "tcp://127.0.0.1:0", "--session", session, "--state", harness.Folder,
            .. part == Part.Upstream ? (string[])["--max-in-flight", "8192"] : [],
        ];
        string socket = Path.Combine(harness.Folder, $"{Guid.NewGuid():N}.sock");
        string[] admin = CountsCollections ? ["--admin", $"unix://{socket}"] : [];
        Child child = Keep(harness.StartNpfast(name, part, Placement, [.. fixedOptions, .. admin, .. options]));
        child.CountCollections = CountsCollections ? () => CollectionCounts.OfMetricsAsync(socket) : null;
        const string Mark = "listening on ";
        string line = await child.LineWithAsync(Mark, StartLimit);
        return (child, line[(line.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length)..].Trim());
    }

    /// <summary>A relay that passes ECHO on to a plain upstream.</summary>
    internal async Task<(Child Child, string Target)> ForwardingAsync(
        string name, string session, string upstream, params IEnumerable<string> options)
    {
        (Child child, string target) = await NpfastAsync(name, Part.Relay, session,
            ["--upstream", $"up={upstream}", "--upstream-session", "up=plain", "--route", "ECHO=up", .. options]);
        await child.LineWithAsync("connected to", StartLimit);
        return (child, target);
    }

    internal Task<(Child Child, string Target)> RawEchoAsync(Part part) => RawAsync("raw echo", part, "raw-echo");

    internal Task<(Child Child, string Target)> RawRelayAsync(string upstream) =>
        RawAsync("raw relay", Part.Relay, "raw-relay", upstream);

    /// <summary>Has the child die with this bed.</summary>
    internal Child Keep(Child child)
    {
        children.Add(child);
        return child;
    }

    public void Dispose()
    {
        foreach (Child child in children)
        {
            child.Dispose();
        }
    }

    private async Task<(Child Child, string Target)> RawAsync(string name, Part part, params string[] arguments)
    {
        Child child = Keep(harness.StartLoad(name, part, Placement, arguments));
        child.CountCollections = () => CollectionCounts.OfAnswerAsync(child);
        using JsonDocument document = JsonDocument.Parse(await child.LineWithAsync("\"listening\"", StartLimit));
        return (child, document.RootElement.GetProperty("endpoint").GetString()!);
    }
}
