namespace NetworkProtocol.Fast.Diagnostics;

/// <summary>
/// A metric: its name for System.Diagnostics.Metrics (<c>npfast.pool.leased</c>, unit <c>By</c>) and the name that
/// Prometheus gets, which ends in the unit and, for counters, in <c>_total</c> (<c>npfast_pool_leased_bytes</c>).
/// Names, units and labels are an interface: they are documented and do not change.
/// </summary>
internal sealed class MetricDefinition
{
    /// <param name="kind">How values are to be read.</param>
    /// <param name="name">Lower case parts with dots between; underscores within a part.</param>
    /// <param name="unit">As UCUM writes it: <c>By</c>, <c>s</c>, <c>1</c>, or what is counted in braces.</param>
    /// <param name="help">One sentence without a full stop.</param>
    /// <param name="labels">Names of the labels, in the order of their values.</param>
    internal MetricDefinition(MetricKind kind, string name, string unit, string help, params string[] labels)
    {
        Kind = kind;
        Name = name;
        Unit = unit;
        Help = help;
        Labels = labels;
        string suffix = unit switch
        {
            "By" => "_bytes",
            "s" => "_seconds",
            "1" => "_ratio",
            _ => string.Empty,
        };
        PrometheusName = name.Replace('.', '_') + suffix + (kind == MetricKind.Counter ? "_total" : string.Empty);
    }

    internal MetricKind Kind { get; }

    internal string Name { get; }

    internal string Unit { get; }

    internal string Help { get; }

    internal string[] Labels { get; }

    internal string PrometheusName { get; }
}
