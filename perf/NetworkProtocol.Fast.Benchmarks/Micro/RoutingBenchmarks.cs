using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using BenchmarkDotNet.Attributes;
using NetworkProtocol.Fast.Dispatch;

namespace NetworkProtocol.Fast.Benchmarks.Micro;

/// <summary>Names and numbers that no exact route has: the longest of eight prefixes, the narrowest of eight ranges,
/// against a list of patterns that is tried from the top.</summary>
[MemoryDiagnoser(displayGenColumns: false)]
public class RoutingBenchmarks
{
    private const int Routes = 8;

    private readonly byte[][] names =
        [.. Enumerable.Range(0, Routes).Select(static i => Encoding.UTF8.GetBytes($"service{i}.operation"))];
    private readonly List<(Regex Pattern, PacketTarget Target)> patterns = [];
    private DispatchTable table = null!;

    [GlobalSetup]
    public void Setup()
    {
        var routes = new List<KeyValuePair<RouteMatch, PacketTarget>>();
        for (int i = 0; i < Routes; i++)
        {
            PacketTarget target = new EchoTarget();
            routes.Add(new(RouteMatch.Parse($"service{i}.*"), target));
            routes.Add(new(RouteMatch.Parse(Range(i)), target));
            patterns.Add((new Regex($@"^service{i}\.", RegexOptions.CultureInvariant), target));
        }

        table = new DispatchTable(routes);
        for (int i = 0; i < Routes; i++)
        {
            Expect.Same(ReferenceEquals(table.FindName(names[i]), patterns[i].Target), true, "finding a prefix");
            Expect.Same(ReferenceEquals(table.FindNumber(Number(i)), patterns[i].Target), true, "finding a range");
        }
    }

    [Benchmark(OperationsPerInvoke = Routes)]
    public object? ByPrefix()
    {
        PacketTarget? found = null;
        foreach (byte[] name in names)
        {
            found = table.FindName(name);
        }

        return found;
    }

    [Benchmark(OperationsPerInvoke = Routes)]
    public object? ByRange()
    {
        PacketTarget? found = null;
        for (int i = 0; i < Routes; i++)
        {
            found = table.FindNumber(Number(i));
        }

        return found;
    }

    [Benchmark(OperationsPerInvoke = Routes, Baseline = true)]
    public object? ByPatterns()
    {
        PacketTarget? found = null;
        foreach (byte[] name in names)
        {
            string text = Encoding.UTF8.GetString(name);
            found = patterns.Find(pattern => pattern.Pattern.IsMatch(text)).Target;
        }

        return found;
    }

    private static int Number(int i) => 300 + (i * 100) + 50;

    private static string Range(int i) =>
        string.Create(CultureInfo.InvariantCulture, $"{300 + (i * 100)}-{399 + (i * 100)}");
}
