using System;
using System.IO;
using System.Security.Cryptography.X509Certificates;
using NetworkProtocol.Fast.Certificates;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>The certificate of the bench's TLS servers, in a folder of its own for the time of the bench.</summary>
internal sealed class BenchCertificate : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("npfast-bench-");

    internal BenchCertificate()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 made = CertificateAuthor.SelfSigned(new CertificateDraft
        {
            Names = ["localhost", "127.0.0.1"], NotBefore = now.AddMinutes(-5), NotAfter = now.AddDays(1),
        });
        Files = CertificateWriter.Write(made, Path.Combine(folder.FullName, "cert.pem"),
            Path.Combine(folder.FullName, "key.pem"), overwrite: false);
    }

    internal CertificateFiles Files { get; }

    /// <summary>What a client of these servers goes by: the whole check of a chain, as in earnest, and a name, because
    /// sessions are resumed by it (an address names none).</summary>
    internal TlsClientOptions ClientOptions => new() { RootsFile = Files.Certificate, ServerName = "localhost" };

    public void Dispose() => folder.Delete(recursive: true);
}
