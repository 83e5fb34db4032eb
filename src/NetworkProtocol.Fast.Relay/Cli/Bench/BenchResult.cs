using System.Collections.Generic;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>All rounds of one subject under one shape of load.</summary>
internal sealed class BenchResult(string subject, LoadShape shape, int payloadBytes)
{
    private readonly List<BenchSample> samples = [];

    internal string Subject { get; } = subject;

    internal LoadShape Shape { get; } = shape;

    internal Figure MessagesPerSecond => Figure.Of(samples, static s => s.MessagesPerSecond);

    /// <summary>Payload in each direction, in units of 10^6 bytes.</summary>
    internal Figure MegabytesPerSecond => Figure.Of(samples, s => s.MessagesPerSecond * payloadBytes / 1e6);

    internal Figure AllocatedBytesPerMessage => Figure.Of(samples, static s => s.AllocatedBytesPerMessage);

    internal Figure CpuMicrosecondsPerMessage => Figure.Of(samples, static s => s.CpuMicrosecondsPerMessage);

    /// <summary>
    /// Connections with a handshake that one processor opens a second, with all that both ends have to do for it; null
    /// for subjects that do not open any.
    /// </summary>
    internal Figure? HandshakesPerSecondPerCore => Subject == LocalServers.SecureConnectSubject
        ? Figure.Of(samples, static s => s.Messages == 0 ? 0 : 1e6 / s.CpuMicrosecondsPerMessage)
        : null;

    internal void Add(BenchSample sample) => samples.Add(sample);

    internal Figure LatencyMicroseconds(double share) =>
        Figure.Of(samples, s => s.Latencies.PercentileMicroseconds(share));

    /// <summary>
    /// Throughput as a share of another subject's, round by round: what the two had in common in a round, like other
    /// work of the machine, cancels out.
    /// </summary>
    internal Figure RatioTo(BenchResult other)
    {
        double[] ratios = new double[samples.Count];
        for (int i = 0; i < ratios.Length; i++)
        {
            ratios[i] = samples[i].MessagesPerSecond / other.samples[i].MessagesPerSecond;
        }

        return Figure.Of(ratios);
    }
}
