using System;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Session;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>A list of authorised keys that changes under a running server.</summary>
[CancelAfter(60_000)]
[UnsupportedOSPlatform("windows")]
[Platform(Exclude = "Win", Reason = "files have no modes there")]
internal sealed class AuthorizedKeysWatchTests : SecureFixture
{
    private const int ReadLine = 409;
    private const int UnusableLine = 410;
    private const int OpenedLine = 407;

    private SecretFolder folder = null!;
    private LogLines lines = null!;

    [SetUp]
    public void MakeFolder()
    {
        folder = new SecretFolder();
        lines = new LogLines();
    }

    [TearDown]
    public void RemoveFolder()
    {
        folder.Dispose();
        lines.Dispose();
    }

    [Test]
    public async Task Key_ThatIsAdded_MayConnectWithoutARestart()
    {
        await using ServerHarness harness = Start(ClientAuthentication.Required, Line(ClientKey, "ada"));
        await ConnectFailsAsync(harness.Endpoint, harness.Runtime, Pinned(StrangerKey));

        Change(Line(ClientKey, "ada") + Line(StrangerKey, "bob"));
        await LookedAsync(harness, ReadLine);

        await AssertHonestEchoAsync(harness, StrangerKey);
        Assert.That(lines.Shown.Select(static l => l.Text), Has.Some.EndsWith("again: 2 authorised keys"));
        await Eventually.HoldsAsync(() => lines.Shown.Any(IsOfBob));
        Assert.That(lines.Shown.Count(IsOfBob), Is.EqualTo(1), "a connection has one line, at its end");
        Assert.That(lines.CountOf(OpenedLine), Is.EqualTo(1), "and at debug one at its beginning");

        static bool IsOfBob((LogLevel Level, int Id, string Text) line) =>
            line.Text.Contains("peer bob", StringComparison.Ordinal);
    }

    [Test]
    public async Task Key_ThatIsTakenOff_LosesItsSessionsAndTheOthersStay()
    {
        await using ServerHarness harness = Start(
            ClientAuthentication.Required, Line(ClientKey, "ada") + Line(StrangerKey, "bob"));
        await using PacketClient ada = await harness.ConnectAsync(Pinned(ClientKey));
        await using PacketClient bob = await harness.ConnectAsync(Pinned(StrangerKey));

        Change(Line(ClientKey, "ada"));
        await LookedAsync(harness, ReadLine);

        AssertEnded(await bob.Closed, CloseReason.RemoteError, "Unauthorized", "taken off the authorised keys");
        LinkClosed closed = await ConnectFailsAsync(harness.Endpoint, harness.Runtime, Pinned(StrangerKey));
        AssertEnded(closed, CloseReason.RemoteError, "not authorised here");
        await EchoAsync(ada);
    }

    [Test]
    public async Task Name_ThatChanges_EndsTheSessionsUnderTheOldOne()
    {
        await using ServerHarness harness = Start(ClientAuthentication.None, Line(ClientKey, "ada"));
        await using PacketClient ada = await harness.ConnectAsync(Pinned(ClientKey));
        await using PacketClient anonymous = await harness.ConnectAsync(Pinned());

        Change(Line(ClientKey, "eve"));
        await LookedAsync(harness, ReadLine);

        AssertEnded(await ada.Closed, CloseReason.RemoteError, "by another name");
        await EchoAsync(anonymous);
    }

    [TestCase("nonsense\n")]
    [TestCase(null)]
    public async Task File_ThatCannotBeUsed_ChangesNothingAndIsReportedOnce(string? content)
    {
        await using ServerHarness harness = Start(ClientAuthentication.Required, Line(ClientKey, "ada"));
        await using PacketClient ada = await harness.ConnectAsync(Pinned(ClientKey));
        if (content is null)
        {
            File.Delete(folder.File("authorised"));
        }
        else
        {
            Change(content);
        }

        await LookedAsync(harness, UnusableLine);
        for (int i = 0; i < 5; i++)
        {
            harness.Time.Advance(1_000);
        }

        await EchoAsync(ada);
        await AssertHonestEchoAsync(harness, ClientKey);
        Assert.That(lines.CountOf(UnusableLine), Is.EqualTo(1));
        (LogLevel level, _, string text) = lines.Shown.Single(static l => l.Id == UnusableLine);
        Assert.That(level, Is.EqualTo(LogLevel.Error));
        Assert.That(text, Does.Contain(folder.File("authorised"))
            .And.EndsWith("the 1 authorised keys of before stay in force"));

        Change(Line(StrangerKey, "bob"));
        await LookedAsync(harness, ReadLine);
        AssertEnded(await ada.Closed, CloseReason.RemoteError, "taken off");
    }

    private static string Line(IdentityKey key, string name) => $"{key.Fingerprint} {name}\n";

    private ServerHarness Start(ClientAuthentication authentication, string list) => new(
        manualTime: true, loggers: lines, secure: new SecureServerOptions
        {
            Identity = ServerKey,
            ClientAuthentication = authentication,
            AuthorizedKeys = AuthorizedKeys.Read(folder.Write("authorised", list)),
        });

    // Another length in any case, so that no clock is too coarse to show the change.
    private void Change(string list) => folder.Write("authorised", list + "# changed\n");

    private Task LookedAsync(ServerHarness harness, int line) => Eventually.HoldsAsync(() =>
    {
        harness.Time.Advance(1_000);
        return lines.CountOf(line) > 0;
    });
}
