using System.Collections.Generic;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Benchmarks.Measuring;
using NetworkProtocol.Fast.Benchmarks.Processes;

namespace NetworkProtocol.Fast.Benchmarks.Scenarios;

/// <summary>
/// Garbage collections of a subject's processes over a whole run of load: connecting, warming up, the window, and the
/// end. Asking within the window would measure the answer too.
/// </summary>
internal sealed class CollectionWatch
{
    private readonly Subject subject;
    private readonly double[]? relay;
    private readonly double[]? upstream;

    private CollectionWatch(Subject subject, double[]? relay, double[]? upstream)
    {
        this.subject = subject;
        this.relay = relay;
        this.upstream = upstream;
    }

    internal static async Task<CollectionWatch> BeginAsync(Subject subject) =>
        new(subject, await CountAsync(subject.Relay), await CountAsync(subject.Upstream));

    /// <summary>Adds what has been collected since the beginning; nothing of programs without a collector.</summary>
    internal async Task EndAsync(Dictionary<string, double> figures)
    {
        Add(figures, FigureName.RelayCollections, relay, await CountAsync(subject.Relay));
        Add(figures, FigureName.UpstreamCollections, upstream, await CountAsync(subject.Upstream));
    }

    private static void Add(
        Dictionary<string, double> figures, IReadOnlyList<string> names, double[]? before, double[]? after)
    {
        for (int i = 0; before is not null && after is not null && i < names.Count; i++)
        {
            figures[names[i]] = after[i] - before[i];
        }
    }

    private static async Task<double[]?> CountAsync(Child? child) =>
        child?.CountCollections is { } count ? await count() : null;
}
