using System;
using System.IO;
using System.Runtime.Versioning;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Session;
using NUnit.Framework;
using NUnit.Framework.Constraints;

namespace NetworkProtocol.Fast.Tests.Session;

/// <summary>Keys and lists of keys count only where nobody but root and the user can put others there.</summary>
[UnsupportedOSPlatform("windows")]
[Platform(Exclude = "Win", Reason = "files have no owners of this kind there")]
internal sealed class FileTrustTests
{
    private const uint Somebody = 54_321;
    private const string Server = "tcp://example.org:9000";
    private const UnixFileMode OwnerFolder = SecretFolder.OwnerOnly | UnixFileMode.UserExecute;
    private const UnixFileMode OpenFolder = OwnerFolder | UnixFileMode.GroupRead | UnixFileMode.GroupWrite
        | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private static readonly KeyFingerprint One = KeyFingerprint.FromSubjectPublicKeyInfo([1]);

    private static readonly string Trusted =
        Environment.IsPrivilegedProcess ? "root" : $"you ({SystemFiles.EffectiveUser}) or root";

    private SecretFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new SecretFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void File_OfAnotherUser_IsRefusedWhateverItHolds()
    {
        foreach ((string what, string path, Action read) in Readers())
        {
            Assert.That(read, Throws.Nothing);
            SecretFolder.GiveAway(path, Somebody);
            Assert.That(read, Refused(
                $"{what} {path} belongs to user {Somebody}, who can change it, not to {Trusted}; make sure that it "
                + $"holds what it should, then run chown {SystemFiles.EffectiveUser} {path}"));
        }
    }

    [Test]
    public void Folder_OfAnotherUser_IsRefused()
    {
        foreach ((string what, string path, Action read) in Readers())
        {
            string own = Path.GetDirectoryName(path)!;
            SecretFolder.GiveAway(own, Somebody);
            Assert.That(read, Refused($"{what} {path} is in a folder of user {Somebody}, who can replace it, not of "
                + $"{Trusted}; run chown {SystemFiles.EffectiveUser} {own}, or keep the file elsewhere"));
        }
    }

    [TestCase(UnixFileMode.GroupWrite, "0720")]
    [TestCase(UnixFileMode.OtherWrite, "0702")]
    public void Folder_ThatOthersCanWriteTo_IsRefusedButForTheStickyBit(UnixFileMode added, string mode)
    {
        foreach ((string what, string path, Action read) in Readers())
        {
            string own = Path.GetDirectoryName(path)!;
            File.SetUnixFileMode(own, OwnerFolder | added);
            Assert.That(read, Refused($"{what} {path} can be replaced by others: they can write to its folder "
                + $"(mode {mode}); run chmod go-w {own}, or keep the file elsewhere"));
            File.SetUnixFileMode(own, OwnerFolder | added | UnixFileMode.StickyBit);
            Assert.That(read, Throws.Nothing);
        }
    }

    [Test]
    public void Folder_ThatOthersCanWriteTo_GetsNoNewFile()
    {
        string open = folder.File("open");
        Directory.CreateDirectory(open);
        File.SetUnixFileMode(open, OpenFolder);
        using IdentityKey identity = IdentityKey.Create();

        Assert.That(() => identity.WriteFile(Path.Combine(open, "identity.pem")), Refused());
        Assert.That(() => new KnownHosts(Path.Combine(open, "known_hosts")).FindOrAdd(Server, One), Refused());
        Assert.That(Directory.GetFileSystemEntries(open), Is.Empty);
        Assert.That(() => identity.WriteFile(Path.Combine(open, "own", "identity.pem")), Throws.Nothing);
        IdentityKey.ReadFile(Path.Combine(open, "own", "identity.pem")).Dispose();
    }

    // As Kubernetes mounts them: identity.pem -> ..data/identity.pem, ..data -> ..2030, in a folder that has the sticky
    // bit and that everybody may write to.
    [Test]
    public void MountedSecret_BehindTwoLinks_IsReadUntilAFolderOnTheWayIsOpen()
    {
        string mount = folder.File("mount");
        string data = folder.File("mount", "..2030");
        Directory.CreateDirectory(data);
        using IdentityKey identity = IdentityKey.Create();
        identity.WriteFile(Path.Combine(data, "identity.pem"));
        Directory.CreateSymbolicLink(Path.Combine(mount, "..data"), "..2030");
        string path = Path.Combine(mount, "identity.pem");
        File.CreateSymbolicLink(path, "..data/identity.pem");
        File.SetUnixFileMode(mount, OpenFolder | UnixFileMode.StickyBit);

        using (IdentityKey read = IdentityKey.ReadFile(path))
        {
            Assert.That(read.Fingerprint, Is.EqualTo(identity.Fingerprint));
        }

        File.SetUnixFileMode(data, OpenFolder);
        Assert.That(() => IdentityKey.ReadFile(path), Refused("chmod go-w " + Path.Combine(mount, "..data")));
        File.SetUnixFileMode(data, OwnerFolder);
        File.SetUnixFileMode(mount, OpenFolder);
        Assert.That(() => IdentityKey.ReadFile(path), Refused("chmod go-w " + mount + ","));
    }

    [Test]
    public void PublicKey_OfAnybody_IsReadFromAnywhere()
    {
        using IdentityKey identity = IdentityKey.Create();
        string path = folder.Write("public.pem", identity.ToPublicPem());
        File.SetUnixFileMode(folder.Path, OpenFolder);

        using KeyText text = KeyText.ReadFile(path);
        Assert.That(IdentityPublicKey.Read(text).Fingerprint, Is.EqualTo(identity.Fingerprint));
    }

    [Test]
    public void Look_AtAFile_SaysWhatItIs()
    {
        string path = folder.Write("file", "x");
        Assert.That(SystemFiles.TryLook(path, followsLink: true, out FileStatus byPath));
        using (var handle = File.OpenHandle(path))
        {
            Assert.That(SystemFiles.TryLook(handle, out FileStatus byHandle));
            Assert.That(byHandle, Is.EqualTo(byPath));
        }

        Assert.That(byPath.Kind, Is.EqualTo(FileKind.Regular));
        Assert.That(byPath.Mode, Is.EqualTo(SecretFolder.OwnerOnly));
        Assert.That(byPath.Owner, Is.EqualTo(SystemFiles.EffectiveUser));
        Assert.That(SystemFiles.TryLook(folder.Path, followsLink: true, out FileStatus ofFolder));
        Assert.That(ofFolder.Kind, Is.EqualTo(FileKind.Folder));
        Assert.That(SystemFiles.TryLook(folder.File("none"), followsLink: true, out _), Is.False);
        SecretFolder.GiveAway(path, Somebody);
        Assert.That(SystemFiles.TryLook(path, followsLink: true, out byPath));
        Assert.That(byPath.Owner, Is.EqualTo(Somebody));
    }

    // Each kind of file in a folder of its own.
    private (string What, string Path, Action Read)[] Readers()
    {
        using IdentityKey identity = IdentityKey.Create();
        string key = folder.File("a", "identity.pem");
        identity.WriteFile(key);
        Directory.CreateDirectory(folder.File("b"), OwnerFolder);
        Directory.CreateDirectory(folder.File("c"), OwnerFolder);
        string hosts = folder.Write(Path.Combine("b", "known_hosts"), $"{Server} {One}\n");
        string clients = folder.Write(Path.Combine("c", "clients"), $"{One} somebody\n");
        return
        [
            ("key file", key, () => IdentityKey.ReadFile(key).Dispose()),
            ("known-hosts file", hosts, () => new KnownHosts(hosts).Find(Server, One)),
            ("authorised-keys file", clients, () => AuthorizedKeys.Read(clients)),
        ];
    }

    private static ContainsConstraint Refused(string text = "") =>
        Throws.TypeOf<KeyFileException>().With.Message.Contains(text);
}
