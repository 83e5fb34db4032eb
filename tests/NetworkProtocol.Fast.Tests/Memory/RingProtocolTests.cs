using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Memory;

[TestFixture]
internal sealed class RingProtocolTests
{
    [Test]
    public void Protocol_EveryInterleaving_KeepsEntriesAndMemory()
    {
        RingProtocolModel model = new(detachesWithoutMoving: false);
        int states = model.Explore();
        TestContext.Out.WriteLine($"{states} states, {model.Ends} ends");
        Assert.That(states, Is.GreaterThan(10_000));
        Assert.That(model.Ends, Is.GreaterThan(0));
    }

    [Test]
    public void Protocol_DetachWithoutMovingBit_IsFoundBroken()
    {
        RingProtocolModel model = new(detachesWithoutMoving: true);
        Assert.That(model.Explore, Throws.InvalidOperationException);
    }
}
