using System;
using System.Globalization;
using System.Text;
using NetworkProtocol.Fast.Diagnostics;

namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>Metrics in the text format of Prometheus, version 0.0.4.</summary>
internal static class PrometheusText
{
    internal const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    internal static string Write(MetricSnapshot snapshot)
    {
        var text = new StringBuilder(16 << 10);
        foreach (MetricDefinition metric in Metrics.All)
        {
            if (snapshot[metric].Count == 0)
            {
                continue;
            }

            string name = metric.PrometheusName;
            text.Append("# HELP ").Append(name).Append(' ').Append(EscapeHelp(metric.Help)).Append('\n');
            text.Append("# TYPE ").Append(name).Append(' ').Append(TypeOf(metric.Kind)).Append('\n');
            foreach (MetricSample sample in snapshot[metric])
            {
                if (sample.Buckets is { } buckets)
                {
                    WriteHistogram(text, metric, sample, buckets);
                }
                else
                {
                    WriteLine(text, metric, name, sample, null, Number(sample.Value));
                }
            }
        }

        return text.ToString();
    }

    private static void WriteHistogram(StringBuilder text, MetricDefinition metric, MetricSample sample, long[] buckets)
    {
        string name = metric.PrometheusName;
        long sum = 0;
        for (int i = 0; i < buckets.Length; i++)
        {
            sum += buckets[i];
            string bound = i < LatencyBuckets.Bounds.Length ? Number(LatencyBuckets.Bounds[i]) : "+Inf";
            WriteLine(text, metric, name + "_bucket", sample, bound, Number(sum));
        }

        WriteLine(text, metric, name + "_sum", sample, null, Number(sample.Value));
        WriteLine(text, metric, name + "_count", sample, null, Number(sum));
    }

    private static void WriteLine(
        StringBuilder text, MetricDefinition metric, string name, MetricSample sample, string? bound, string value)
    {
        text.Append(name);
        if (metric.Labels.Length > 0 || bound is not null)
        {
            char separator = '{';
            for (int i = 0; i < metric.Labels.Length; i++)
            {
                text.Append(separator).Append(metric.Labels[i]).Append("=\"");
                text.Append(EscapeLabel(sample.Labels[i])).Append('"');
                separator = ',';
            }

            if (bound is not null)
            {
                text.Append(separator).Append("le=\"").Append(bound).Append('"');
            }

            text.Append('}');
        }

        text.Append(' ').Append(value).Append('\n');
    }

    private static string TypeOf(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Gauge => "gauge",
        _ => "histogram",
    };

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');

    private static string EscapeHelp(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string EscapeLabel(string text) =>
        EscapeHelp(text).Replace("\"", "\\\"", StringComparison.Ordinal);
}
