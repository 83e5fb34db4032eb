using System.IO;
using System.Runtime.Versioning;
using NetworkProtocol.Fast.Session;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session;

[UnsupportedOSPlatform("windows")]
[Platform(Exclude = "Win", Reason = "files have no modes there")]
internal sealed class ServerTrustTests
{
    private const string Server = "tcp://example.org:9000";

    private static readonly KeyFingerprint One = KeyFingerprint.FromSubjectPublicKeyInfo([1]);
    private static readonly KeyFingerprint Two = KeyFingerprint.FromSubjectPublicKeyInfo([2]);
    private static readonly KeyFingerprint Three = KeyFingerprint.FromSubjectPublicKeyInfo([3]);

    private SecretFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new SecretFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void Pinned_SeveralKeys_AcceptsThoseAndNoOther()
    {
        ServerTrust trust = ServerTrust.Pinned(One, Two);

        Assert.That(trust.Check(Server, One).Kind, Is.EqualTo(ServerVerdictKind.Trusted));
        Assert.That(trust.Check(Server, Two).Kind, Is.EqualTo(ServerVerdictKind.Trusted));
        ServerVerdict refused = trust.Check(Server, Three);
        Assert.That(refused.IsAccepted, Is.False);
        Assert.That(refused.Text, Is.EqualTo(
            $"server {Server} presents {Three}, pinned is {One} or {Two}; this may be a man in the middle; "
            + "if the server's key was changed on purpose, pin the new one"));
    }

    [Test]
    public void Pinned_Nothing_IsRefused() =>
        Assert.That(() => ServerTrust.Pinned([]), Throws.ArgumentException.With.Message.Contains("at least one"));

    [Test]
    public void Verdict_Default_Refuses() => Assert.That(default(ServerVerdict).IsAccepted, Is.False);

    [Test]
    public void Anyone_AnyKey_IsUnverifiedAndSaysSo()
    {
        ServerVerdict verdict = ServerTrust.Anyone.Check(Server, One);
        Assert.That(verdict.Kind, Is.EqualTo(ServerVerdictKind.Unverified));
        Assert.That(verdict.IsAccepted);
        Assert.That(verdict.Text, Is.EqualTo($"server {Server} presents {One}, which is not verified; "
            + "this may be a man in the middle; pin that key if it is the right one"));
    }

    [Test]
    public void OnFirstUse_NewThenSameThenOther_RecordsTrustsAndRefuses()
    {
        string path = folder.File("known_hosts");
        ServerTrust trust = ServerTrust.OnFirstUse(new KnownHosts(path));

        ServerVerdict first = trust.Check(Server, One);
        Assert.That(first.Kind, Is.EqualTo(ServerVerdictKind.TrustedFirstUse));
        Assert.That(first.Text, Is.EqualTo($"server {Server} is new; its key {One} is now in {path}"));
        Assert.That(trust.Check(Server, One).Kind, Is.EqualTo(ServerVerdictKind.Trusted));
        ServerVerdict changed = trust.Check(Server, Two);
        Assert.That(changed.IsAccepted, Is.False);
        Assert.That(changed.Text, Is.EqualTo(
            $"server {Server} presents {Two}, known is {One} ({path} line 1); this may be a man in the middle; "
            + "if the server's key was changed on purpose, remove that line"));
        Assert.That(File.ReadAllText(path), Is.EqualTo($"{Server} {One}\n"));
    }

    [Test]
    public void OnFirstUse_SeveralKnownKeys_AreAllNamed()
    {
        string path = folder.Write("known_hosts", $"{Server} {One}\n{Server} {Two}\n");

        string text = ServerTrust.OnFirstUse(new KnownHosts(path)).Check(Server, Three).Text;

        Assert.That(text, Does.Contain($"{One} ({path} line 1) and {Two} ({path} line 2)").And.EndsWith("those lines"));
    }

    [Test]
    public void Known_NewServer_IsRefusedWithTheLineToAdd()
    {
        string path = folder.File("known_hosts");

        ServerVerdict verdict = ServerTrust.Known(new KnownHosts(path)).Check(Server, One);

        Assert.That(verdict.IsAccepted, Is.False);
        Assert.That(verdict.Text, Does.EndWith($"add the line: {Server} {One}"));
        Assert.That(File.Exists(path), Is.False);
    }

    [Test]
    public void Known_NewServerWithAdvice_IsRefusedWithThat()
    {
        ServerTrust trust = ServerTrust.Known(new KnownHosts(folder.File("known_hosts")))
            .WithAdvice(key => $"say {key}");

        Assert.That(trust.Check(Server, One).Text, Does.EndWith(
            $"it presents {One}; only if its operator confirms that this is its key, say {One}"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void OwnKey_OfAServerTheFileDoesNotKnow_IsTrustedAndNotRecorded(bool onFirstUse)
    {
        string path = folder.File("known_hosts");
        var hosts = new KnownHosts(path);
        ServerTrust trust = onFirstUse ? ServerTrust.OnFirstUse(hosts, One, Two) : ServerTrust.Known(hosts, One, Two);

        Assert.That(trust.Check(Server, One), Is.EqualTo(new ServerVerdict(ServerVerdictKind.Trusted, string.Empty)));
        Assert.That(trust.Check(Server, Two).Kind, Is.EqualTo(ServerVerdictKind.Trusted));
        Assert.That(File.Exists(path), Is.False);
        Assert.That(trust.Check(Server, Three).Kind,
            Is.EqualTo(onFirstUse ? ServerVerdictKind.TrustedFirstUse : ServerVerdictKind.Refused));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void OwnKey_OfAServerTheFileKnowsByAnother_IsRefused(bool onFirstUse)
    {
        var hosts = new KnownHosts(folder.Write("known_hosts", $"{Server} {Two}\n"));
        ServerTrust trust = onFirstUse ? ServerTrust.OnFirstUse(hosts, One) : ServerTrust.Known(hosts, One);

        Assert.That(trust.Check(Server, One).Text, Does.StartWith($"server {Server} presents {One}, known is {Two}"));
        Assert.That(trust.Check(Server, Two).Kind, Is.EqualTo(ServerVerdictKind.Trusted));
    }

    [Test]
    public void OnFirstUse_WhatCannotBeReadOrWritten_Refuses()
    {
        var broken = new KnownHosts(folder.Write("broken", "garbage\n"));
        var unwritable = new KnownHosts(folder.File("broken", "below-a-file"));

        ServerVerdict verdict = ServerTrust.OnFirstUse(broken).Check(Server, One);
        Assert.That(verdict.IsAccepted, Is.False);
        Assert.That(verdict.Text, Does.Contain("broken line 1: expected SERVER FINGERPRINT"));
        Assert.That(ServerTrust.OnFirstUse(unwritable).Check(Server, One).IsAccepted, Is.False);
        Assert.That(ServerTrust.OnFirstUse(unwritable).Check("a b", One).IsAccepted, Is.False);
    }
}
