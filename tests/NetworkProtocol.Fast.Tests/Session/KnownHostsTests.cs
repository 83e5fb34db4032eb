using System.Collections.Concurrent;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Session;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session;

[UnsupportedOSPlatform("windows")]
[Platform(Exclude = "Win", Reason = "files have no modes there")]
internal sealed class KnownHostsTests
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
    public void Find_NoFile_KnowsNobody()
    {
        KnownHostLookup found = new KnownHosts(folder.File("none")).Find(Server, One);

        Assert.That(found.Status, Is.EqualTo(KnownHostStatus.Unknown));
        Assert.That(found.Known, Is.Empty);
    }

    [Test]
    public void Find_InAFile_TellsMatchUnknownAndChanged()
    {
        string path = folder.Write(
            "known", $"# servers\r\n\r\n{Server} {One} first\n  {Server}\t{Two}\nother:1 {Three}");
        var hosts = new KnownHosts(path);

        Assert.That(hosts.Find(Server, One).Status, Is.EqualTo(KnownHostStatus.Match));
        Assert.That(hosts.Find(Server, Two).Status, Is.EqualTo(KnownHostStatus.Match));
        Assert.That(hosts.Find("other:1", Three).Status, Is.EqualTo(KnownHostStatus.Match));
        Assert.That(hosts.Find("tcp://EXAMPLE.org:9000", One).Status, Is.EqualTo(KnownHostStatus.Unknown));
        KnownHostLookup changed = hosts.Find(Server, Three);
        Assert.That(changed.Status, Is.EqualTo(KnownHostStatus.Changed));
        Assert.That(changed.Known, Is.EqualTo(new KnownHostKey[] { new(One, 3), new(Two, 4) }));
    }

    [Test]
    public void FindOrAdd_ANewServer_IsKnownFromThenOn()
    {
        string path = folder.File("state", "npfast", "known_hosts");
        var hosts = new KnownHosts(path);

        Assert.That(hosts.FindOrAdd(Server, One).Status, Is.EqualTo(KnownHostStatus.Unknown));
        Assert.That(hosts.FindOrAdd(Server, One).Status, Is.EqualTo(KnownHostStatus.Match));
        Assert.That(hosts.FindOrAdd(Server, Two).Status, Is.EqualTo(KnownHostStatus.Changed));
        Assert.That(hosts.FindOrAdd("other:1", Two).Status, Is.EqualTo(KnownHostStatus.Unknown));

        Assert.That(File.ReadAllText(path), Is.EqualTo($"{Server} {One}\nother:1 {Two}\n"));
        Assert.That(File.GetUnixFileMode(path), Is.EqualTo(SecretFolder.OwnerOnly));
        Assert.That(File.GetUnixFileMode(folder.File("state", "npfast")),
            Is.EqualTo(SecretFolder.OwnerOnly | UnixFileMode.UserExecute));
    }

    [Test]
    public void FindOrAdd_AfterALineWithoutEnd_BeginsALineOfItsOwn()
    {
        string path = folder.Write("known", $"other:1 {Two}");

        new KnownHosts(path).FindOrAdd(Server, One);

        Assert.That(File.ReadAllText(path), Is.EqualTo($"other:1 {Two}\n{Server} {One}\n"));
    }

    [Test]
    public void FindOrAdd_ByManyAtOnce_RecordsOneKey()
    {
        string path = folder.File("known");
        KeyFingerprint[] keys = [.. Enumerable.Range(0, 16).Select(
            static i => KeyFingerprint.FromSubjectPublicKeyInfo([(byte)i]))];
        var statuses = new ConcurrentBag<KnownHostStatus>();

        // Each with an object of its own, as processes have: only the file is shared.
        Parallel.ForEach(keys, key => statuses.Add(new KnownHosts(path).FindOrAdd(Server, key).Status));

        Assert.That(statuses, Has.Exactly(1).EqualTo(KnownHostStatus.Unknown));
        Assert.That(statuses, Has.Exactly(15).EqualTo(KnownHostStatus.Changed));
        Assert.That(File.ReadAllLines(path), Has.Length.EqualTo(1));
    }

    [Test]
    public void FindOrAdd_OfManyServersAtOnce_LosesNone()
    {
        string path = folder.File("known");

        Parallel.For(0, 64, i => new KnownHosts(path).FindOrAdd($"host{i}:1", One));

        Assert.That(File.ReadAllLines(path), Is.EquivalentTo(Enumerable.Range(0, 64).Select(i => $"host{i}:1 {One}")));
    }

    [Test]
    public void FindOrAdd_WhileAnotherProcessWrites_WaitsForIt()
    {
        string path = folder.Write("known", string.Empty);
        using var other = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        Task<KnownHostLookup> waiting = Task.Run(() => new KnownHosts(path).FindOrAdd(Server, One));
        File.WriteAllText(path, $"{Server} {Two}\n");
        other.Dispose();

        Assert.That(waiting.GetAwaiter().GetResult().Status, Is.EqualTo(KnownHostStatus.Changed));
        Assert.That(File.ReadAllText(path), Is.EqualTo($"{Server} {Two}\n"));
    }

    [TestCase("{0} sha256:AAAA", "'sha256:AAAA' is no fingerprint; expected sha256:")]
    [TestCase("{0}", "expected SERVER FINGERPRINT, found only 'tcp://example.org:9000'")]
    [TestCase("sha256:AAAA {0}", "does not begin with sha256:")]
    [TestCase("other ssh-ed25519 AAAA", "does not begin with sha256:")]
    [TestCase("\u001b[2J {0}", "holds a control character (U+001B)")]
    public void Find_MalformedLine_IsAnErrorWhateverIsAskedFor(string line, string fault)
    {
        string text = string.Format(System.Globalization.CultureInfo.InvariantCulture, line, Server);
        string path = folder.Write("known", $"# comment\n{Server} {One}\n{text}\n");

        foreach (string server in new[] { Server, "unknown:1" })
        {
            KeyFileException? error = Assert.Throws<KeyFileException>(() => new KnownHosts(path).Find(server, One));
            Assert.That(error?.Message, Does.StartWith($"known-hosts file {path} line 3: ").And.Contains(fault));
            Assert.That(error?.Line, Is.EqualTo(3));
        }

        Assert.That(() => new KnownHosts(path).FindOrAdd("unknown:1", Two), Throws.TypeOf<KeyFileException>());
        Assert.That(File.ReadAllLines(path), Has.Length.EqualTo(3), "a broken file was written to");
    }

    [Test]
    public void Find_AFileThatCannotBeTrusted_IsAnError()
    {
        string open = folder.Write("open", string.Empty, SecretFolder.OwnerOnly | UnixFileMode.GroupWrite);
        string large = folder.Write("large", new string('#', (1 << 20) + 1));
        string binary = folder.File("binary");
        File.WriteAllBytes(binary, [(byte)'#', (byte)'\n', 0xff, 0xfe]);
        string readable = folder.Write(
            "readable", $"{Server} {One}", SecretFolder.OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        Assert.That(() => new KnownHosts(open).Find(Server, One),
            Throws.TypeOf<KeyFileException>().With.Message.EqualTo(
            $"known-hosts file {open} can be changed by others (mode 0620); run chmod go-w {open}"));
        Assert.That(() => new KnownHosts(large).Find(Server, One),
            Throws.TypeOf<KeyFileException>().With.Message.Contains("at most 1048576"));
        Assert.That(() => new KnownHosts(binary).Find(Server, One),
            Throws.TypeOf<KeyFileException>().With.Message.Contains("line 2: is not UTF-8"));
        Assert.That(() => new KnownHosts(folder.Path).Find(Server, One),
            Throws.TypeOf<KeyFileException>().With.Message.Contains("not a regular file"));
        Assert.That(new KnownHosts(readable).Find(Server, One).Status, Is.EqualTo(KnownHostStatus.Match));
    }

    [Test]
    public void Find_LinkThatLeadsNowhere_IsAnError()
    {
        string path = folder.File("known");
        File.CreateSymbolicLink(path, folder.File("gone"));

        Assert.That(() => new KnownHosts(path).Find(Server, One),
            Throws.TypeOf<KeyFileException>().With.Message.Contains("does not exist"));
    }

    [Test]
    public void FindOrAdd_AFullFile_IsAnErrorAndStaysAsItIs()
    {
        string path = folder.Write("known", new string('#', (1 << 20) - 10));

        Assert.That(() => new KnownHosts(path).FindOrAdd(Server, One),
            Throws.TypeOf<KeyFileException>().With.Message.Contains("is full"));
        Assert.That(new FileInfo(path).Length, Is.EqualTo((1 << 20) - 10));
    }

    [Test]
    public void Lock_ThatCannotBeHad_IsAnErrorOfItsOwnOnlyForWriters()
    {
        string path = folder.Write("known", $"other:1 {Two}\n");
        Directory.CreateDirectory(path + ".lock");
        var hosts = new KnownHosts(path);

        Assert.That(hosts.Find(Server, One).Status, Is.EqualTo(KnownHostStatus.Unknown), "readers need none");
        Assert.That(() => hosts.FindOrAdd(Server, One), Throws.TypeOf<KeyFileException>().With.Message.EqualTo(
            $"cannot write known-hosts file {path}: cannot lock {path}.lock: it is a folder; remove it"));

        folder.Write("known", "broken\n");
        Assert.That(() => hosts.Find(Server, One), Throws.TypeOf<KeyFileException>().With.Message.StartsWith(
            $"known-hosts file {path} line 1: expected SERVER FINGERPRINT"));
        string nowhere = folder.File("none", "file");
        Assert.That(() => TrustFileLock.Acquire("trust file", nowhere),
            Throws.TypeOf<KeyFileException>().With.Message.Contains($"cannot lock {nowhere}.lock: "));
    }

    [TestCase("")]
    [TestCase("unix:///a b")]
    [TestCase("#host:1")]
    [TestCase("host:1\nevil:1")]
    public void FindOrAdd_ANameThatNoLineCanHold_IsRefused(string server)
    {
        string path = folder.File("known");
        Assert.That(() => new KnownHosts(path).FindOrAdd(server, One), Throws.ArgumentException);
        Assert.That(File.Exists(path), Is.False);
    }
}
