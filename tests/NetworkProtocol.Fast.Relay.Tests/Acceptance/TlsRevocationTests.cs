using System;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Acceptance;

/// <summary>Certificates that their CA has taken back, by a list that the system has.</summary>
[TestFixture]
[Category("Binary")]
[Platform("Linux", Reason = "it is where .NET keeps lists in files of the user")]
[CancelAfter(60_000)]
internal sealed class TlsRevocationTests : TlsRelayFixture
{
    private const string ListUri = "http://lists.invalid/ca.crl";

    [Test]
    public async Task Client_WhoseCertificateWasRevoked_IsRefusedWhereListsAreLookedInto()
    {
        (CertificateFiles eve, string list) = Files.IssueRevoked("eve", "eve.example", ListUri);
        CertificateFiles alice = Files.Issue("alice", ["alice.example"], CertificateUse.Client);
        string home = Files.PathOf("home");
        await KeepAsync(home, eve, list);
        CertificateFiles own = Files.Issue("server");
        string[] arguments = ["--listen", "tls://127.0.0.1:0", "--certificate", own.Certificate, "--key", own.Key!,
            "--client-ca", Files.Roots];
        var variables = new Dictionary<string, string?> { ["HOME"] = home };

        using (NpfastProcess looking = await NpfastProcess.StartRelayWithVariablesAsync(
            variables, [.. arguments, "--revocation", "offline"]))
        {
            await RefusedAsync(looking, eve, "the certificate 'CN=eve.example' was revoked", good: alice);
        }

        using NpfastProcess trusting = await NpfastProcess.StartRelayWithVariablesAsync(variables, arguments);
        using OpenSsl client = Connect(trusting, "-cert", eve.Certificate, "-key", eve.Key!);
        await SpeakAsync(client);
    }

    [Test]
    public async Task Client_OfWhomNoListIsThere_IsServed()
    {
        (CertificateFiles eve, _) = Files.IssueRevoked("eve", "eve.example", ListUri);
        using NpfastProcess looking = await StartLookingAsync(Directory.CreateDirectory(Files.PathOf("home")).FullName);
        using OpenSsl client = ConnectAs(looking, eve);
        await SpeakAsync(client);
    }

    [Test]
    public async Task Client_WhomAnExpiredListRevokes_IsRefused()
    {
        (CertificateFiles eve, string list) = Files.IssueRevoked("eve", "eve.example", ListUri, hasExpired: true);
        string home = Files.PathOf("home");
        await KeepAsync(home, eve, list);
        using NpfastProcess looking = await StartLookingAsync(home);
        await RefusedAsync(looking, eve, "the certificate 'CN=eve.example' was revoked",
            good: Files.Issue("alice", ["alice.example"], CertificateUse.Client));
    }

    private Task<NpfastProcess> StartLookingAsync(string home)
    {
        CertificateFiles own = Files.Issue("server");
        return NpfastProcess.StartRelayWithVariablesAsync(new Dictionary<string, string?> { ["HOME"] = home },
            ["--listen", "tls://127.0.0.1:0", "--certificate", own.Certificate, "--key", own.Key!,
                "--client-ca", Files.Roots, "--revocation", "offline"]);
    }

    // Where .NET looks for the lists that it has fetched before: named after the issuer, as OpenSSL hashes it, and
    // after the list's address.
    private static async Task KeepAsync(string home, CertificateFiles certificate, string list)
    {
        (int exitCode, byte[] output, string errors) = await NpfastProcess.RunProgramAsync(
            "openssl", [], "x509", "-in", certificate.Certificate, "-noout", "-issuer_hash");
        Assert.That(exitCode, Is.Zero, errors);
        uint address = BitConverter.ToUInt32(SHA256.HashData(Encoding.Unicode.GetBytes(ListUri)));
        string folder = Path.Combine(home, ".dotnet", "corefx", "cryptography", "crls");
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(
            Path.Combine(folder, $"{Encoding.ASCII.GetString(output).Trim()}.{address:x8}.crl"), list);
    }
}
