namespace NetworkProtocol.Fast.Tests.Memory;

/// <summary>How the consumer of a stress test behaves.</summary>
internal enum RingConsumption
{
    Steady,
    DetachWhenEmpty,
    Slow,
}
