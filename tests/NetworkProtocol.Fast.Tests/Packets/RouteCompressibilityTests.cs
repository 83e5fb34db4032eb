using NetworkProtocol.Fast.Packets;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Packets;

internal sealed class RouteCompressibilityTests
{
    private const uint Route = 0xDEADBEEF;

    [Test]
    public void Route_ThatDoesNotShrink_IsSkippedTwiceAsLongEachTime()
    {
        RouteCompressibility routes = new();
        int[] expected = [16, 32, 64, 128, 256, 512, 1024, 1024, 1024];
        foreach (int skips in expected)
        {
            Assert.That(routes.ShouldTry(Route), Is.True);
            routes.DidNotShrink(Route);

            int skipped = 0;
            while (!routes.ShouldTry(Route))
            {
                skipped++;
            }

            Assert.That(skipped, Is.EqualTo(skips));
        }
    }

    [Test]
    public void Route_ThatShrinksAgain_StartsAnew()
    {
        RouteCompressibility routes = new();
        routes.DidNotShrink(Route);
        routes.DidNotShrink(Route);
        routes.Shrank(Route);

        Assert.That(routes.ShouldTry(Route), Is.True);
        routes.DidNotShrink(Route);
        for (int i = 0; i < RouteCompressibility.SkipMin; i++)
        {
            Assert.That(routes.ShouldTry(Route), Is.False);
        }

        Assert.That(routes.ShouldTry(Route), Is.True);
    }

    [Test]
    public void Route_ThatDoesNotShrink_LeavesOthersAlone()
    {
        RouteCompressibility routes = new();
        routes.DidNotShrink(Route);
        routes.Shrank(Route + 1);

        Assert.That(routes.ShouldTry(Route), Is.False);
        for (uint other = 0; other < 10_000; other++)
        {
            Assert.That(routes.ShouldTry(other), Is.True);
        }
    }
}
