using System.Linq;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Link;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>What an operator reads of handshakes that are refused for want of room.</summary>
[CancelAfter(60_000)]
internal sealed class HandshakeWatchTests : SecureFixture
{
    private const int RefusedLine = 408;

    [Test]
    public async Task Refusals_ForWantOfRoom_AreOneWarningInTenSeconds()
    {
        using var lines = new LogLines();
        await using var harness = new ServerHarness(manualTime: true, loggers: lines, secure: new SecureServerOptions
        {
            Identity = ServerKey,
            Limits = new HandshakeLimitOptions { PerAddressMax = 1 },
        });
        using SecureRawPeer silent = await SecureRawPeer.ConnectAsync(harness.Endpoint);
        await Eventually.HoldsAsync(() => harness.Server.Handshakes.UnderWay == 1);
        for (int i = 0; i < 3; i++)
        {
            await ConnectFailsAsync(harness.Endpoint, harness.Runtime, Pinned());
        }

        harness.Time.Advance(LogPace.IntervalMs);
        harness.Time.Advance(LogPace.IntervalMs * 3);

        (LogLevel level, _, string text) = lines.Shown.Single(static l => l.Id == RefusedLine);
        Assert.That(level, Is.EqualTo(LogLevel.Warning));
        Assert.That(text, Does.StartWith("3 handshakes were refused for want of room; "));
        Assert.That(harness.Server.Handshakes.RefusedByAddress, Is.EqualTo(3));
        await Eventually.HoldsAsync(
            () => harness.Server.Handshakes.UnderWay == 0, "the silent one has had its time");
    }
}
