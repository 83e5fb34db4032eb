using System.Globalization;

namespace NetworkProtocol.Fast.Benchmarks.Scenarios;

/// <summary>How much is under way.</summary>
internal readonly record struct Shape(int PayloadBytes, int Connections, int InFlight)
{
    /// <summary>Sixteen connections with so many requests under way that a few MiB are: more would measure
    /// memory.</summary>
    internal static Shape Busy(int payloadBytes) => payloadBytes switch
    {
        <= 1 << 10 => new Shape(payloadBytes, 16, 64),
        <= 16 << 10 => new Shape(payloadBytes, 4, 16),
        <= 64 << 10 => new Shape(payloadBytes, 4, 4),
        _ => new Shape(payloadBytes, 4, 1),
    };

    internal static Shape PingPong => new(64, 1, 1);

    internal string[] Options =>
    [
        "--size", Text(PayloadBytes), "--connections", Text(Connections), "--in-flight", Text(InFlight),
    ];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
