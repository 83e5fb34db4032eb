using System;
using System.IO;
using System.Security.Cryptography;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Session;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>The forms in which certificates and keys may come, each of them by a connection that uses it.</summary>
[TestFixture]
[CancelAfter(60_000)]
internal sealed class TlsCertificateTests : TlsFixture
{
    private const string Password = "a good password";

    [Test]
    public async Task EncryptedKey_WithItsPassword_IsUsed()
    {
        CertificateFiles encrypted = Encrypt(Files.Issue("own"));
        await ServesAsync(encrypted);
        AssertRefused(encrypted with { PasswordFile = null }, "is encrypted; name the file with its password");
        AssertRefused(encrypted with { PasswordFile = Files.Write("wrong", "another\n") }, "its password is wrong");
    }

    [Test]
    public async Task EncryptedKey_WithItsPasswordInAVariable_IsUsed()
    {
        const string Variable = "NPFAST_TEST_KEY_PASSWORD";
        CertificateFiles encrypted = Encrypt(Files.Issue("own")) with { PasswordFile = $"env:{Variable}" };
        AssertRefused(encrypted, $"the variable {Variable} is not set, or empty; set it, or name a file instead");
        Environment.SetEnvironmentVariable(Variable, Password);
        await ServesAsync(encrypted);
        Environment.SetEnvironmentVariable(Variable, "another");
        AssertRefused(encrypted, "its password is wrong");
        Environment.SetEnvironmentVariable(Variable, null);
    }

    [Test]
    public async Task EncryptedKey_OfAClient_IsShown()
    {
        CertificateFiles alice = Encrypt(Files.Issue("alice", ["alice"], CertificateUse.Client));
        await using ServerHarness harness = Start(o => o with
        {
            ClientAuthentication = ClientAuthentication.Required, ClientRootsFile = Files.Roots,
        });
        await using PacketClient client = await ConnectAsync(harness, o => o with { Certificate = alice });
        using PacketReply reply = await client.RequestAsync("ECHO", new byte[3]);
        Assert.That(reply.Payload.Length, Is.EqualTo(3));
    }

    [Test]
    public async Task Pkcs12_WithItsPassword_IsUsed()
    {
        CertificateFiles pkcs12 = Files.IssuePkcs12("own", Password);
        await ServesAsync(pkcs12);
        AssertRefused(pkcs12 with { PasswordFile = null }, "needs a password; name a file with it");
        AssertRefused(pkcs12 with { PasswordFile = Files.Write("wrong", "another\n") }, "its password is wrong");
        AssertRefused(pkcs12 with { Key = Files.Issue("other").Key }, "is PKCS#12 and holds its key itself");
    }

    [Test]
    public async Task Chain_WithAnIntermediateCa_IsSentWhole()
    {
        (CertificateFiles own, string roots) = Files.IssueByIntermediate("own");
        await ServesAsync(own, roots);
    }

    [Test]
    [Platform(Exclude = "Win")]
    public void Key_OpenToOthers_IsRefused()
    {
        CertificateFiles own = Files.Issue("own");
        Open(own.Key!);
        AssertRefused(own, "chmod 600");
        CertificateFiles pkcs12 = Files.IssuePkcs12("pkcs", Password);
        Open(pkcs12.Certificate);
        AssertRefused(pkcs12, "chmod 600");
    }

    [Test]
    public void Subject_WithControlCharacters_IsShownWithoutThem() =>
        Assert.That(CertificateNames.Shown("CN=eve\u001b[2J\r\nadmin"), Is.EqualTo("CN=eve?[2J??admin"));

    private static void Open(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.GroupRead);
        }
    }

    private CertificateFiles Encrypt(CertificateFiles files)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(files.Key!));
        string pem = key.ExportEncryptedPkcs8PrivateKeyPem(
            Password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1_000));
        return files with
        {
            Key = Files.Write("encrypted.key", pem), PasswordFile = Files.Write("password", Password + "\n"),
        };
    }

    private async Task ServesAsync(CertificateFiles own, string? roots = null)
    {
        await using ServerHarness harness = Start(o => o with { Certificates = [own] });
        await using PacketClient client = await ConnectAsync(
            harness, o => roots is null ? o : o with { RootsFile = roots });
        using PacketReply reply = await client.RequestAsync("ECHO", new byte[3]);
        Assert.That(reply.Payload.Length, Is.EqualTo(3));
    }

    private static void AssertRefused(CertificateFiles files, string reason) => Assert.That(
        () => ServerCertificate.Read(files), Throws.TypeOf<KeyFileException>().With.Message.Contains(reason));
}
