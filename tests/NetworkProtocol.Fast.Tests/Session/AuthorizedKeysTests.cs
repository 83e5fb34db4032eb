using System.IO;
using System.Runtime.Versioning;
using NetworkProtocol.Fast.Session;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session;

[UnsupportedOSPlatform("windows")]
[Platform(Exclude = "Win", Reason = "files have no modes there")]
internal sealed class AuthorizedKeysTests
{
    private static readonly KeyFingerprint One = KeyFingerprint.FromSubjectPublicKeyInfo([1]);
    private static readonly KeyFingerprint Two = KeyFingerprint.FromSubjectPublicKeyInfo([2]);
    private static readonly KeyFingerprint Three = KeyFingerprint.FromSubjectPublicKeyInfo([3]);

    private SecretFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new SecretFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void TryFind_AListedKey_YieldsItsName()
    {
        AuthorizedKeys keys = AuthorizedKeys.Read(folder.Write(
            "keys", $"\uFEFF# clients\r\n\r\n{One} orders  eu-1 \r\n\t{Two}\n"));

        Assert.That(keys.Count, Is.EqualTo(2));
        Assert.That(keys.TryFind(One, out string? name), Is.True);
        Assert.That(name, Is.EqualTo("orders  eu-1"));
        Assert.That(keys.TryFind(Two, out name), Is.True);
        Assert.That(name, Is.EqualTo(Two.ToString()));
        Assert.That(keys.TryFind(Three, out name), Is.False);
        Assert.That(name, Is.Null);
    }

    [TestCase("")]
    [TestCase("# nobody\n")]
    public void Read_NoKeys_AuthorisesNobody(string content)
    {
        AuthorizedKeys keys = AuthorizedKeys.Read(folder.Write("keys", content));

        Assert.That(keys.Count, Is.Zero);
        Assert.That(keys.TryFind(One, out _), Is.False);
    }

    [Test]
    public void Read_ARepeatedKey_NamesBothLines()
    {
        string path = folder.Write("keys", $"{One} a\n{Two} b\n# c\n{One} d\n");

        Assert.That(() => AuthorizedKeys.Read(path), Throws.TypeOf<KeyFileException>().With.Message.EqualTo(
            $"authorised-keys file {path} line 4: repeats the key of line 1; remove one of the two"));
    }

    [Test]
    public void Read_MalformedMissingOrOpenFile_IsAnError()
    {
        string malformed = folder.Write("malformed", $"{One} a\nname {Two}\n");
        string open = folder.Write("open", $"{One}\n", SecretFolder.OwnerOnly | UnixFileMode.OtherWrite);

        Assert.That(() => AuthorizedKeys.Read(malformed), Throws.TypeOf<KeyFileException>().With.Message.StartsWith(
            $"authorised-keys file {malformed} line 2: 'name' is no fingerprint"));
        Assert.That(() => AuthorizedKeys.Read(open),
            Throws.TypeOf<KeyFileException>().With.Message.Contains("can be changed by others (mode 0602)"));
        Assert.That(() => AuthorizedKeys.Read(folder.File("none")),
            Throws.TypeOf<KeyFileException>().With.Message.Contains("does not exist"));
    }

    [Test]
    public void Reload_AGoodFile_ReplacesTheList()
    {
        AuthorizedKeys keys = AuthorizedKeys.Read(folder.Write("keys", $"{One} a\n"));
        folder.Write("keys", $"{Two} b\n");

        Assert.That(keys.TryFind(Two, out _), Is.False, "nothing changes by itself");
        keys.Reload();

        Assert.That(keys.TryFind(One, out _), Is.False);
        Assert.That(keys.TryFind(Two, out _), Is.True);
    }

    [Test]
    public void Reload_ABrokenFile_ReportsAndKeepsTheList()
    {
        string path = folder.Write("keys", $"{One} a\n");
        AuthorizedKeys keys = AuthorizedKeys.Read(path);
        folder.Write("keys", $"{Two} b\nbroken\n");

        Assert.That(keys.Reload, Throws.TypeOf<KeyFileException>().With.Message.Contains($"{path} line 2"));
        Assert.That(keys.TryFind(One, out _), Is.True);
        Assert.That(keys.TryFind(Two, out _), Is.False);

        File.Delete(path);
        Assert.That(keys.Reload, Throws.TypeOf<KeyFileException>());
        Assert.That(keys.Count, Is.EqualTo(1));
    }

    [Test]
    public void ReloadIfChanged_AnotherFileOfTheSameLengthAndTime_IsRead()
    {
        AuthorizedKeys keys = AuthorizedKeys.Read(folder.Write("keys", $"{One} alice\n"));
        string other = folder.Write("other", $"{Two} alice\n");
        File.SetLastWriteTimeUtc(other, File.GetLastWriteTimeUtc(keys.Path));
        File.Move(other, keys.Path, overwrite: true);

        keys.ReloadIfChanged();

        Assert.That((keys.TryFind(One, out _), keys.TryFind(Two, out _)), Is.EqualTo((false, true)));
    }

    [Test]
    public void ReloadIfChanged_TheSameFile_IsNotReadAgain()
    {
        AuthorizedKeys keys = AuthorizedKeys.Read(folder.Write("keys", $"{One} alice\n"));
        object before = keys.Current;

        keys.ReloadIfChanged();

        Assert.That(keys.Current, Is.SameAs(before));
    }
}
