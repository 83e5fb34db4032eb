using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using BenchmarkDotNet.Attributes;
using NetworkProtocol.Fast.Dispatch;

namespace NetworkProtocol.Fast.Benchmarks.Micro;

/// <summary>From the name bytes or the number of a packet to its target, among 64 routes of each kind.</summary>
[MemoryDiagnoser(displayGenColumns: false)]
public class DispatchBenchmarks
{
    private const int Routes = 64;

    private readonly byte[][] names =
        [.. Enumerable.Range(0, Routes).Select(static i => Encoding.UTF8.GetBytes(Name(i)))];
    private readonly Dictionary<string, PacketTarget> dictionary = [];
    private readonly Dictionary<int, PacketTarget> numberDictionary = [];
    private DispatchTable table = null!;

    [GlobalSetup]
    public void Setup()
    {
        var routes = new List<KeyValuePair<RouteMatch, PacketTarget>>();
        for (int i = 0; i < Routes; i++)
        {
            PacketTarget target = new EchoTarget();
            dictionary.Add(Name(i), target);
            numberDictionary.Add(Number(i), target);
            routes.Add(new(RouteMatch.Parse(Name(i)), target));
            routes.Add(new(RouteMatch.Parse(Number(i).ToString(CultureInfo.InvariantCulture)), target));
        }

        table = new DispatchTable(routes);
        for (int i = 0; i < Routes; i++)
        {
            Expect.Same(ReferenceEquals(table.FindName(names[i]), dictionary[Name(i)]), true, "finding a name");
            Expect.Same(ReferenceEquals(table.FindNumber(Number(i)), dictionary[Name(i)]), true, "finding a number");
        }
    }

    [Benchmark(OperationsPerInvoke = Routes)]
    public object? ByName()
    {
        PacketTarget? found = null;
        foreach (byte[] name in names)
        {
            found = table.FindName(name);
        }

        return found;
    }

    [Benchmark(OperationsPerInvoke = Routes, Baseline = true)]
    public object? ByNameInDictionary()
    {
        PacketTarget? found = null;
        foreach (byte[] name in names)
        {
            found = dictionary[Encoding.UTF8.GetString(name)];
        }

        return found;
    }

    [Benchmark(OperationsPerInvoke = Routes)]
    public object? ByNumber()
    {
        PacketTarget? found = null;
        for (int i = 0; i < Routes; i++)
        {
            found = table.FindNumber(Number(i));
        }

        return found;
    }

    [Benchmark(OperationsPerInvoke = Routes)]
    public object? ByNumberInDictionary()
    {
        PacketTarget? found = null;
        for (int i = 0; i < Routes; i++)
        {
            found = numberDictionary[Number(i)];
        }

        return found;
    }

    private static string Name(int i) => string.Create(CultureInfo.InvariantCulture, $"service{i % 8}.operation{i}");

    private static int Number(int i) => RouteMatch.NumberMin + (i * 3);
}
