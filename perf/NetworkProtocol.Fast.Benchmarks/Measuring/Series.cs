using System.Collections.Generic;

namespace NetworkProtocol.Fast.Benchmarks.Measuring;

/// <summary>A value over time.</summary>
/// <param name="Name">What it is, with its unit.</param>
/// <param name="Seconds">Since the first sample.</param>
/// <param name="Values">As many as there are times.</param>
internal sealed record Series(string Name, IReadOnlyList<double> Seconds, IReadOnlyList<double> Values);
