using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;

namespace NetworkProtocol.Fast.Relay.Tests.Admin;

/// <summary>
/// Reads the text format of Prometheus strictly and lints it as promtool's <c>check metrics</c> does: every sample of a
/// family stands under its HELP and TYPE, once; names, labels and values are legal; counters end in _total, other names
/// do not; units are base units; histograms are complete and cumulative.
/// </summary>
internal sealed partial class PrometheusReader
{
    private const string OneLabel = @"[a-zA-Z_][a-zA-Z0-9_]*=""(?:[^""\\\n]|\\[\\""n])*""";

    private static readonly string[] NotBaseUnits =
        ["milliseconds", "microseconds", "ms", "minutes", "hours", "kib", "mib", "kilobytes", "megabytes", "percent"];

    private readonly Dictionary<string, double> values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> types = new(StringComparer.Ordinal);

    private PrometheusReader()
    {
    }

    /// <summary>Families with their types.</summary>
    internal IReadOnlyDictionary<string, string> Families => types;

    /// <summary>What is wrong; empty for nothing.</summary>
    internal List<string> Faults { get; } = [];

    /// <summary>A sample by name and labels as they stand in the text; NaN if there is none.</summary>
    internal double this[string sample] => values.GetValueOrDefault(sample, double.NaN);

    internal IEnumerable<string> Samples => values.Keys;

    internal static PrometheusReader Read(string text)
    {
        var reader = new PrometheusReader();
        if (!text.EndsWith('\n'))
        {
            reader.Faults.Add("the text does not end with a line feed");
        }

        string family = string.Empty;
        string? helped = null;
        foreach (string line in text.Split('\n')[..^1])
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                helped = line.Split(' ', 4)[2];
                reader.Check(line.Split(' ', 4).Length == 4 && !line.EndsWith('.'), $"no help, or a full stop: {line}");
            }
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                string[] parts = line.Split(' ');
                family = parts[2];
                reader.Check(helped == family, $"TYPE without HELP before it: {line}");
                reader.Check(parts.Length == 4 && parts[3] is "counter" or "gauge" or "histogram", $"type: {line}");
                reader.Check(reader.types.TryAdd(family, parts[^1]), $"a family stands twice: {line}");
                reader.LintName(family, parts[^1]);
            }
            else
            {
                reader.ReadSample(family, line);
            }
        }

        reader.CheckHistograms();
        return reader;
    }

    private void LintName(string family, string type)
    {
        Check(family.EndsWith("_total", StringComparison.Ordinal) == (type == "counter"), $"{type} named {family}");
        Check(!family.Split('_').Intersect(NotBaseUnits).Any(), $"{family} is not in a base unit");
        Check(!family.Contains("__", StringComparison.Ordinal) && !family.Any(char.IsAsciiLetterUpper), family);
    }

    private void ReadSample(string family, string line)
    {
        Match match = Sample().Match(line);
        if (!match.Success)
        {
            Faults.Add($"no sample: {line}");
            return;
        }

        string name = match.Groups["name"].Value;
        bool isHistogram = types.GetValueOrDefault(family) == "histogram";
        bool fits = isHistogram
            ? name == family + "_bucket" || name == family + "_sum" || name == family + "_count"
            : name == family;
        Check(fits, $"not under its family: {line}");
        string[] labels = [.. Label().Matches(match.Groups["labels"].Value).Select(static l => l.Groups[1].Value)];
        Check(labels.Distinct().Count() == labels.Length, $"a label stands twice: {line}");
        Check(labels.Contains("le") == name.EndsWith("_bucket", StringComparison.Ordinal), $"le: {line}");
        string key = name + match.Groups["labels"].Value;
        string text = match.Groups["value"].Value;
        Check(double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value), line);
        Check(values.TryAdd(key, value), $"a sample stands twice: {line}");
        Check(types.GetValueOrDefault(family) == "gauge" || value >= 0, $"a negative count: {line}");
    }

    // The buckets of each set of labels rise to +Inf, which is the count.
    private void CheckHistograms()
    {
        foreach (string family in types.Where(static t => t.Value == "histogram").Select(static t => t.Key))
        {
            string prefix = family + "_bucket{";
            var series = values.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal))
                .GroupBy(static k => Bound().Replace(k, string.Empty));
            foreach (IGrouping<string, string> one in series)
            {
                double[] bounds = [.. one.Select(static k => BoundOf(k))];
                double[] counts = [.. one.Select(k => values[k])];
                Check(bounds.SequenceEqual(bounds.Order()), $"bounds of {one.Key} do not rise");
                Check(counts.SequenceEqual(counts.Order()), $"buckets of {one.Key} are not cumulative");
                Check(double.IsPositiveInfinity(bounds[^1]), $"{one.Key} has no +Inf");
                string labels = one.Key[(family.Length + "_bucket".Length)..];
                Check(this[$"{family}_count{labels}"] == counts[^1], $"_count of {one.Key} is not its +Inf");
                Check(!double.IsNaN(this[$"{family}_sum{labels}"]), $"{one.Key} has no _sum");
            }
        }
    }

    private static double BoundOf(string key)
    {
        string text = Bound().Match(key).Groups[1].Value;
        return text == "+Inf" ? double.PositiveInfinity : double.Parse(text, CultureInfo.InvariantCulture);
    }

    private void Check(bool holds, string fault)
    {
        if (!holds)
        {
            Faults.Add(fault);
        }
    }

    [GeneratedRegex(@"^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?<labels>\{" + OneLabel + "(?:," + OneLabel
        + @")*\})? (?<value>\S+)$")]
    private static partial Regex Sample();

    [GeneratedRegex(@"([a-zA-Z_][a-zA-Z0-9_]*)=""(?:[^""\\]|\\.)*""")]
    private static partial Regex Label();

    [GeneratedRegex(@",?le=""([^""]*)""(?=\})")]
    private static partial Regex Bound();
}
