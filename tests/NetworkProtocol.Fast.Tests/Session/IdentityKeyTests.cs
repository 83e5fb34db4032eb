using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Numerics;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Session;
using NUnit.Framework;
using NUnit.Framework.Constraints;

namespace NetworkProtocol.Fast.Tests.Session;

[UnsupportedOSPlatform("windows")]
[Platform(Exclude = "Win", Reason = "files have no modes there")]
internal sealed class IdentityKeyTests
{
    private SecretFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new SecretFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void Create_PublicForms_AreThoseOfTheKey()
    {
        using IdentityKey identity = IdentityKey.Create();

        Assert.That(identity.SubjectPublicKeyInfo.ToArray(), Is.EqualTo(identity.Key.ExportSubjectPublicKeyInfo()));
        Assert.That(identity.SubjectPublicKeyInfo.Length, Is.EqualTo(91));
        Assert.That(identity.PublicPoint.ToArray(), Is.EqualTo(identity.SubjectPublicKeyInfo[^65..].ToArray()));
        Assert.That(identity.Fingerprint, Is.EqualTo(KeyFingerprint.FromPoint(identity.PublicPoint.Span)));
        Assert.That(identity.ToPublicPem(), Is.EqualTo(identity.Key.ExportSubjectPublicKeyInfoPem()));
    }

    [Test]
    public void WriteFile_ThenReadFile_IsTheSameKeyForItsOwnerAlone()
    {
        using IdentityKey written = IdentityKey.Create();
        string path = folder.File("state", "identity.pem");

        written.WriteFile(path);
        using IdentityKey read = IdentityKey.ReadFile(path);

        Assert.That(read.Fingerprint, Is.EqualTo(written.Fingerprint));
        Assert.That(PrivateValue(read), Is.EqualTo(PrivateValue(written)));
        Assert.That(File.GetUnixFileMode(path), Is.EqualTo(SecretFolder.OwnerOnly));
        Assert.That(File.GetUnixFileMode(folder.File("state")),
            Is.EqualTo(SecretFolder.OwnerOnly | UnixFileMode.UserExecute));
        Assert.That(File.ReadAllText(path), Does.StartWith("-----BEGIN PRIVATE KEY-----\n").And.EndsWith("-----\n"));
        Assert.That(Directory.GetFiles(folder.File("state")), Has.Length.EqualTo(1), "a draft was left behind");
        Assert.That(File.ReadAllText(path), Is.EqualTo(written.Key.ExportPkcs8PrivateKeyPem() + "\n"));
    }

    [Test]
    public void WriteFile_OfAnExistingOne_NeedsToBeAskedFor()
    {
        using IdentityKey first = IdentityKey.Create();
        using IdentityKey second = IdentityKey.Create();
        string path = folder.File("identity.pem");
        first.WriteFile(path);

        Assert.That(() => second.WriteFile(path), Throws.TypeOf<KeyFileException>().With.Message.EqualTo(
            $"key file {path} exists and is left as it is; name another file"));
        Assert.That(FingerprintOf(path), Is.EqualTo(first.Fingerprint));

        second.WriteFile(path, overwrite: true);
        Assert.That(FingerprintOf(path), Is.EqualTo(second.Fingerprint));
        Assert.That(Directory.GetFiles(folder.Path), Has.Length.EqualTo(1), "a draft was left behind");
    }

    [Test]
    public void WriteFile_OntoALinkThatLeadsNowhere_LeavesItAlone()
    {
        using IdentityKey identity = IdentityKey.Create();
        string path = folder.File("identity.pem");
        File.CreateSymbolicLink(path, folder.File("elsewhere.pem"));

        Assert.That(() => identity.WriteFile(path), Throws.TypeOf<KeyFileException>().With.Message.Contains("exists"));
        Assert.That(File.Exists(folder.File("elsewhere.pem")), Is.False);
    }

    [Test]
    public void WriteFile_ByManyAtOnce_LetsOneWin()
    {
        string path = folder.File("identity.pem");
        IdentityKey[] keys = [.. Enumerable.Range(0, 8).Select(static _ => IdentityKey.Create())];
        int written = 0;

        Parallel.ForEach(keys, key =>
        {
            try
            {
                key.WriteFile(path);
                Interlocked.Increment(ref written);
            }
            catch (KeyFileException e) when (e.Message.Contains("exists", StringComparison.Ordinal))
            {
            }
        });

        Assert.That(written, Is.EqualTo(1));
        Assert.That(keys.Select(static key => key.Fingerprint), Has.One.EqualTo(FingerprintOf(path)));
        Array.ForEach(keys, static key => key.Dispose());
    }

    [TestCase(UnixFileMode.GroupRead, "0640")]
    [TestCase(UnixFileMode.OtherRead, "0604")]
    [TestCase(UnixFileMode.GroupWrite, "0620")]
    [TestCase(UnixFileMode.OtherWrite, "0602")]
    [TestCase(UnixFileMode.GroupExecute, "0610")]
    public void ReadFile_OpenToOthers_SaysHowToCloseIt(UnixFileMode added, string mode)
    {
        string path = Written();
        File.SetUnixFileMode(path, SecretFolder.OwnerOnly | added);

        Assert.That(() => IdentityKey.ReadFile(path), Throws.TypeOf<KeyFileException>().With.Message.EqualTo(
            $"key file {path} is open to others (mode {mode}); run chmod 600 {path}, "
            + "and replace the key if somebody may have read it"));
    }

    [Test]
    public void ReadFile_ThroughALink_LooksAtTheModeOfItsTarget()
    {
        string path = Written();
        string link = folder.File("link.pem");
        File.CreateSymbolicLink(link, path);

        Assert.That(FingerprintOf(link), Is.EqualTo(FingerprintOf(path)));
        File.SetUnixFileMode(path, SecretFolder.OwnerOnly | UnixFileMode.GroupRead);
        Assert.That(() => IdentityKey.ReadFile(link), Throws.TypeOf<KeyFileException>().With.Message.Contains("chmod"));
    }

    [Test]
    public void ReadFile_NoRegularFile_IsRefusedWithoutWaiting()
    {
        string pipe = folder.File("pipe");
        using (var make = Process.Start("mkfifo", [pipe]))
        {
            make.WaitForExit();
        }

        Assert.That(() => IdentityKey.ReadFile(pipe), Refused("is not a regular file"));
        Assert.That(() => IdentityKey.ReadFile("/dev/zero"), Refused("is not a regular file"));
        Assert.That(() => IdentityKey.ReadFile(folder.Path), Refused("is not a regular file"));
        Assert.That(() => IdentityKey.ReadFile(folder.File("none")),
            Refused("does not exist; check the path, or make one with npfast key generate"));
        Assert.That(() => IdentityKey.ReadFile(folder.Write("large", new string('x', 70_000))), Refused("70000 bytes"));
    }

    [Test]
    public void ReadFile_OtherFormsOfAP256Key_AreRead()
    {
        using ECDiffieHellman key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        KeyFingerprint expected = KeyFingerprint.FromSubjectPublicKeyInfo(key.ExportSubjectPublicKeyInfo());
        string parameters = PemEncoding.WriteString(
            "EC PARAMETERS", [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]);
        string pkcs8 = key.ExportPkcs8PrivateKeyPem();
        string[] forms =
        [
            pkcs8,
            pkcs8.ReplaceLineEndings("\r\n"),
            "Bag Attributes\n    friendlyName: npfast \u00e9\n" + pkcs8 + "\n\n",
            key.ExportECPrivateKeyPem(),
            parameters + "\n" + key.ExportECPrivateKeyPem(),
        ];

        foreach (string form in forms)
        {
            Assert.That(FingerprintOf(folder.Write("identity.pem", form)), Is.EqualTo(expected), form);
        }
    }

    [Test]
    public void ReadFile_Encrypted_NeedsThePassword()
    {
        using ECDiffieHellman key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var parameters = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 10);
        string path = folder.Write("identity.pem", key.ExportEncryptedPkcs8PrivateKeyPem("open sesame", parameters));

        using IdentityKey read = IdentityKey.ReadFile(path, "open sesame");
        Assert.That(read.Key.ExportSubjectPublicKeyInfo(), Is.EqualTo(key.ExportSubjectPublicKeyInfo()));
        Assert.That(() => IdentityKey.ReadFile(path), Refused("is encrypted and no password is given"));
        Assert.That(() => IdentityKey.ReadFile(path, "wrong"), Refused("check the password"));
    }

    [Test]
    public void ReadFile_OtherKeys_AreRefusedByName()
    {
        using ECDiffieHellman p384 = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP384);
        using ECDiffieHellman brainpool = ECDiffieHellman.Create(ECCurve.NamedCurves.brainpoolP256r1);
        using RSA rsa = RSA.Create(2048);
        using IdentityKey identity = IdentityKey.Create();
        string good = identity.Key.ExportPkcs8PrivateKeyPem();
        (string Content, string Fault)[] cases =
        [
            (p384.ExportPkcs8PrivateKeyPem(), "holds no P-256 key; make one with npfast key generate"),
            (p384.ExportECPrivateKeyPem(), "holds no P-256 key"),
            (brainpool.ExportPkcs8PrivateKeyPem(), "holds no P-256 key"),
            (rsa.ExportPkcs8PrivateKeyPem(), "holds no P-256 key"),
            (rsa.ExportRSAPrivateKeyPem(), "holds no P-256 key"),
            (identity.ToPublicPem(), "holds a public key; name the file with the private key"),
            (PemEncoding.WriteString("CERTIFICATE", [1, 2, 3]), "holds a certificate"),
            (good + "\n" + PemEncoding.WriteString("CERTIFICATE", [1, 2, 3]), "more than one key or certificate"),
            (good + "\n" + good, "more than one key or certificate"),
            (PemEncoding.WriteString("OPENSSH PRIVATE KEY", [1]), "ssh-keygen -p -m PKCS8"),
            (PemEncoding.WriteString("X509 CRL", [1]), "something else than a key (X509 CRL)"),
            (PemEncoding.WriteString("PRIVATE KEY", [1, 2, 3]), "holds no P-256 key"),
            (PemEncoding.WriteString("PRIVATE KEY", [.. identity.Key.ExportPkcs8PrivateKey(), 0]), "damaged"),
            (string.Empty, "holds no key in PEM"),
            ("garbage", "holds no key in PEM; expected one -----BEGIN PRIVATE KEY-----"),
            (good[..^30], "holds no key in PEM"),
        ];

        foreach ((string content, string fault) in cases)
        {
            string path = folder.Write("identity.pem", content);
            Assert.That(() => IdentityKey.ReadFile(path), Refused(fault).And.Message.StartsWith($"key file {path} "));
        }
    }

    [Test]
    public void ReadFile_PublicKeyOfAnotherKey_IsRefused()
    {
        using ECDiffieHellman one = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        using ECDiffieHellman other = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        byte[] der = one.ExportPkcs8PrivateKey();
        other.ExportSubjectPublicKeyInfo().AsSpan(^64..).CopyTo(der.AsSpan(^64..));
        string path = folder.Write("identity.pem", PemEncoding.WriteString("PRIVATE KEY", der));

        Assert.That(() => IdentityKey.ReadFile(path), Refused("do not belong together"));

        // The point of the same x and the other y agrees on the same secrets, but has another fingerprint.
        byte[] negated = one.ExportPkcs8PrivateKey();
        var y = new BigInteger(negated.AsSpan(^32..), isUnsigned: true, isBigEndian: true);
        byte[] otherY = (P256Tests.Prime - y).ToByteArray(isUnsigned: true, isBigEndian: true);
        negated.AsSpan(^32..).Clear();
        otherY.CopyTo(negated.AsSpan(^otherY.Length..));
        Assert.That(() => IdentityKey.ReadFile(Pem("PRIVATE KEY", negated)), Refused("do not belong together"));
    }

    [TestCase("0000000000000000000000000000000000000000000000000000000000000000")]
    [TestCase("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551")]
    [TestCase("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632552")]
    [TestCase("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF")]
    public void ReadFile_ScalarOutsideTheCurvesOrder_IsRefused(string scalar)
    {
        using ECDiffieHellman key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        byte[] own = key.ExportParameters(includePrivateParameters: true).D!;
        byte[] sec1 = key.ExportECPrivateKey();
        byte[] pkcs8 = key.ExportPkcs8PrivateKey();
        byte[] other = Convert.FromHexString(scalar);
        other.CopyTo(sec1, sec1.AsSpan().IndexOf(own));
        other.CopyTo(pkcs8, pkcs8.AsSpan().IndexOf(own));

        // RFC 5915 lets the public half be left out; then the scalar alone decides.
        byte[] bare = [0x30, (byte)(sec1.Length - 2 - 70), .. sec1[2..^70]];
        Assert.That(() => IdentityKey.ReadFile(Pem("PRIVATE KEY", pkcs8)), Refused("or that are none of P-256"));
        Assert.That(() => IdentityKey.ReadFile(Pem("EC PRIVATE KEY", sec1)), Refused("or that are none of P-256"));
        Assert.That(() => IdentityKey.ReadFile(Pem("EC PRIVATE KEY", bare)), Refused("or that are none of P-256"));

        own.CopyTo(bare, bare.AsSpan().IndexOf(other));
        Assert.That(FingerprintOf(Pem("EC PRIVATE KEY", bare)),
            Is.EqualTo(KeyFingerprint.FromSubjectPublicKeyInfo(key.ExportSubjectPublicKeyInfo())));
    }

    [Test]
    public void Key_UsedByManyThreads_AgreesTheSame()
    {
        using IdentityKey identity = IdentityKey.ReadFile(Written());
        using ECDiffieHellman other = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        byte[] expected = other.DeriveRawSecretAgreement(identity.Key.PublicKey);

        Parallel.For(0, 200, _ =>
            Assert.That(identity.Key.DeriveRawSecretAgreement(other.PublicKey), Is.EqualTo(expected)));
    }

    private static ContainsConstraint Refused(string fault) =>
        Throws.TypeOf<KeyFileException>().With.Message.Contains(fault);

    private string Pem(string label, byte[] der) =>
        folder.Write("identity.pem", PemEncoding.WriteString(label, der));

    private static byte[] PrivateValue(IdentityKey identity) => identity.Key.ExportParameters(true).D!;

    private static KeyFingerprint FingerprintOf(string path)
    {
        using IdentityKey identity = IdentityKey.ReadFile(path);
        return identity.Fingerprint;
    }

    private string Written()
    {
        using IdentityKey identity = IdentityKey.Create();
        string path = folder.File("written.pem");
        identity.WriteFile(path);
        return path;
    }
}
