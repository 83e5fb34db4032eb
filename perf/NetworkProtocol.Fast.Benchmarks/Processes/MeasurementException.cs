using System;

namespace NetworkProtocol.Fast.Benchmarks.Processes;

/// <summary>Something could not be measured; the message says what and why.</summary>
internal sealed class MeasurementException(string message) : Exception(message);
