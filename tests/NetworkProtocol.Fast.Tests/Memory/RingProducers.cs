using System;

namespace NetworkProtocol.Fast.Tests.Memory;

/// <summary>Ends the producers with the test, so that a failed one leaves no threads to disturb the next.</summary>
internal sealed class RingProducers(RingProducer[] producers) : IDisposable
{
    public RingProducer[] All => producers;

    public void Dispose() => Array.ForEach(producers, static producer => producer.Stop());
}
