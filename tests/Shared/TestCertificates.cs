using System;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Tests.Shared;

/// <summary>A CA in a folder of its own, and what it issues there, as files. Gone when disposed.</summary>
internal sealed class TestCertificates : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("npfast-tls-");
    private readonly X509Certificate2 authority;

    internal TestCertificates(string name = "Test CA")
    {
        if (!OperatingSystem.IsWindows())
        {
            folder.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        }

        CertificateDraft draft = Draft([name], CertificateUse.Both);
        authority = CertificateAuthor.Authority(
            draft with { NotBefore = draft.NotBefore.AddDays(-90), NotAfter = draft.NotAfter.AddDays(90) });
        Write("ca.pem", authority.ExportCertificatePem());
    }

    internal string Roots => PathOf("ca.pem");

    internal string PathOf(string file) => Path.Combine(folder.FullName, file);

    /// <summary>Issues a certificate into <c>LABEL.pem</c> and <c>LABEL.key</c>, in place of what was there.</summary>
    internal CertificateFiles Issue(
        string label, IReadOnlyList<string>? names = null, CertificateUse use = CertificateUse.Server,
        int daysFromNow = 0)
    {
        CertificateDraft draft = Draft(names ?? ["localhost", "127.0.0.1"], use);
        draft = draft with
        {
            NotBefore = draft.NotBefore.AddDays(daysFromNow), NotAfter = draft.NotAfter.AddDays(daysFromNow),
        };
        using X509Certificate2 issued = CertificateAuthor.Issue(authority, draft);
        return Write(label, issued);
    }

    /// <summary>A certificate of a CA that another CA vouches for, which alone is in the second file.</summary>
    internal (CertificateFiles Files, string Roots) IssueByIntermediate(string label)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        CertificateRequest rootRequest = RequestAuthority("Root CA", out ECDsa rootKey);
        CertificateRequest request = RequestAuthority("Intermediate CA", out ECDsa key);
        using (rootKey)
        using (key)
        {
            using X509Certificate2 root = rootRequest.CreateSelfSigned(now.AddDays(-9), now.AddDays(9));
            using X509Certificate2 bare = request.Create(root, root.NotBefore, root.NotAfter, [0x41, 0x42, 0x43]);
            using X509Certificate2 intermediate = bare.CopyWithPrivateKey(key);
            using X509Certificate2 issued = CertificateAuthor.Issue(
                intermediate, Draft(["localhost", "127.0.0.1"], CertificateUse.Server));
            CertificateFiles files = Write(label, issued);
            Write(label + ".pem", $"{issued.ExportCertificatePem()}\n{intermediate.ExportCertificatePem()}");
            return (files, Write(label + "-root.pem", root.ExportCertificatePem()));
        }
    }

    /// <summary>A client's certificate that names a list of revoked ones, and that list with it, in PEM.</summary>
    internal (CertificateFiles Files, string List) IssueRevoked(
        string label, string name, string listUri, bool hasExpired = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        request.CertificateExtensions.Add(
            CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([listUri]));
        CertificateDraft draft = Draft([name], CertificateUse.Client);
        using X509Certificate2 bare = request.Create(authority, draft.NotBefore, draft.NotAfter, [0x51, 0x52, 0x53]);
        using X509Certificate2 issued = bare.CopyWithPrivateKey(key);
        var list = new CertificateRevocationListBuilder();
        list.AddEntry(issued);
        byte[] signed = list.Build(authority, System.Numerics.BigInteger.One,
            hasExpired ? DateTimeOffset.UtcNow.AddHours(-1) : draft.NotAfter, HashAlgorithmName.SHA256,
            thisUpdate: DateTimeOffset.UtcNow.AddHours(-2));
        return (Write(label, issued), PemEncoding.WriteString("X509 CRL", signed));
    }

    /// <summary>Certificate and key in one PKCS#12 file under a password.</summary>
    internal CertificateFiles IssuePkcs12(string label, string password)
    {
        using X509Certificate2 issued =
            CertificateAuthor.Issue(authority, Draft(["localhost", "127.0.0.1"], CertificateUse.Server));
        File.WriteAllBytes(PathOf(label + ".pfx"), issued.Export(X509ContentType.Pkcs12, password));
        Protect(PathOf(label + ".pfx"));
        return new CertificateFiles(PathOf(label + ".pfx"), null, Write(label + ".password", password + "\n"));
    }

    internal string Write(string file, string text)
    {
        string path = PathOf(file);
        string draft = path + ".draft";
        File.WriteAllText(draft, text);
        Protect(draft);
        File.Move(draft, path, overwrite: true);
        return path;
    }

    internal static KeyFingerprint FingerprintOf(CertificateFiles files)
    {
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificateFromFile(files.Certificate);
        return CertificateNames.FingerprintOf(certificate);
    }

    public void Dispose()
    {
        authority.Dispose();
        folder.Delete(recursive: true);
    }

    private static CertificateRequest RequestAuthority(string name, out ECDsa key)
    {
        key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }

    private CertificateFiles Write(string label, X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        return new CertificateFiles(
            Write(label + ".pem", certificate.ExportCertificatePem()),
            Write(label + ".key", key.ExportPkcs8PrivateKeyPem()));
    }

    private static CertificateDraft Draft(IReadOnlyList<string> names, CertificateUse use)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return new CertificateDraft
        {
            Names = names, Use = use, NotBefore = now.AddDays(-1), NotAfter = now.AddDays(9),
        };
    }

    private static void Protect(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
