using System.Collections.Generic;
using System.Globalization;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Acceptance;

/// <summary>The client's side of TLS against openssl s_server: what is refused says which check failed.</summary>
[TestFixture]
[Category("Binary")]
[Platform(Exclude = "Win")]
[CancelAfter(60_000)]
internal sealed class TlsClientTests
{
    private TestCertificates files = null!;

    [SetUp]
    public void SetUp() => files = new TestCertificates();

    [TearDown]
    public void TearDown() => files.Dispose();

    [TestCase("-tls1_2")]
    [TestCase("-tls1_3")]
    public async Task Server_ThatIsTrusted_HearsTheOpening(string flag)
    {
        using OpenSsl server = Start(files.Issue("server"), flag, "-alpn", "npf/1");
        int port = await server.PortAsync();
        (int exitCode, _, string errors) = await SendAsync(port, "--ca", files.Roots, "--timeout", "3s");
        Assert.That(exitCode, Is.EqualTo(1), "openssl answers nothing");
        Assert.That(errors, Does.Contain("accepted the connection but opened no session"));
        await server.ReadAsync("NPF1");
        await server.ReadAsync("npfast send");
    }

    [Test]
    public async Task Server_ThatIsNotTrusted_IsRefusedByNameOfTheCheck()
    {
        using var stranger = new TestCertificates("Another CA");
        await RefusedAsync(stranger.Issue("server"), "is signed by an unknown CA ('CN=Another CA')");
        await RefusedAsync(files.Issue("old", daysFromNow: -20), "expired on");
        await RefusedAsync(files.Issue("other", ["other.example"]), "is for other.example and not for localhost");
        await RefusedAsync(files.Issue("client", ["localhost"], CertificateUse.Client), "is not made for this use");
        await RefusedAsync(files.Issue("server"), "its key is sha256:",
            "--pin", "sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }

    [Test]
    public async Task Server_ThatTheSystemTrusts_NeedsNoFileOfTheUser()
    {
        using OpenSsl server = Start(files.Issue("server"), "-alpn", "npf/1");
        int port = await server.PortAsync();
        string uri = string.Create(CultureInfo.InvariantCulture, $"tls://localhost:{port}");

        // Where the system keeps its roots, as OpenSSL is told by its user (openssl-env(7)).
        (_, _, string errors) = await NpfastProcess.RunWithVariablesAsync(
            new Dictionary<string, string?> { ["SSL_CERT_FILE"] = files.Roots },
            "send", uri, "ECHO", "x", "--timeout", "2s");
        Assert.That(errors, Does.Contain("accepted the connection but opened no session"));
        await server.ReadAsync("npfast send");

        (_, _, errors) = await NpfastProcess.RunAsync("send", uri, "ECHO", "x", "--ca", "system");
        Assert.That(errors, Does.Contain("is signed by an unknown CA").And.Contain("the system's roots"));
    }

    [Test]
    public async Task Server_ThatSpeaksAnotherProtocol_IsRefusedByName()
    {
        using OpenSsl silent = Start(files.Issue("server"));
        (_, _, string errors) = await SendAsync(await silent.PortAsync(), "--ca", files.Roots);
        Assert.That(errors, Does.Contain("did not choose the protocol npf/1 (ALPN)"));

        using OpenSsl http = Start(files.Issue("server"), "-alpn", "h2");
        (_, _, errors) = await SendAsync(await http.PortAsync(), "--ca", files.Roots);
        Assert.That(errors, Does.Contain("npf/1"));
    }

    [Test]
    public async Task Server_OfAVersionBefore12_IsRefusedByName()
    {
        using OpenSsl server =
            Start(files.Issue("server"), "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0", "-alpn", "npf/1");
        (int exitCode, _, string errors) = await SendAsync(await server.PortAsync(), "--ca", files.Roots);
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(errors, Does.Contain("TLS version").Or.Contain("protocol version"));
    }

    [Test]
    public async Task Server_ThatWantsACertificate_IsShownIt()
    {
        using OpenSsl server = Start(
            files.Issue("server"), "-alpn", "npf/1", "-Verify", "1", "-CAfile", files.Roots, "-verify_return_error");
        int port = await server.PortAsync();
        (_, _, string errors) = await SendAsync(port, "--ca", files.Roots, "--timeout", "2s");
        Assert.That(errors, Does.Contain("the server requires a client certificate")
            .Or.Contain("the server may not accept this client's certificate, or want one"));

        CertificateFiles alice = files.Issue("alice", ["alice.example"], CertificateUse.Client);
        (_, _, errors) = await SendAsync(port, "--ca", files.Roots, "--timeout", "3s",
            "--certificate", alice.Certificate, "--key", alice.Key!);
        await server.ReadAsync("CN = alice.example");
        await server.ReadAsync("npfast send");
    }

    private async Task RefusedAsync(CertificateFiles certificate, string reason, params string[] arguments)
    {
        using OpenSsl server = Start(certificate, "-alpn", "npf/1");
        (int exitCode, _, string errors) =
            await SendAsync(await server.PortAsync(), ["--ca", files.Roots, .. arguments]);
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(errors, Does.Contain(reason));
        Assert.That(server.Output, Does.Not.Contain("NPF1"), "nothing is said to whom nobody trusts");
    }

    private static Task<(int ExitCode, byte[] Output, string Errors)> SendAsync(int port, params string[] arguments) =>
        NpfastProcess.RunAsync(["send", string.Create(CultureInfo.InvariantCulture, $"tls://localhost:{port}"),
            "ECHO", "x", .. arguments]);

    private static OpenSsl Start(CertificateFiles certificate, params string[] arguments) =>
        OpenSsl.Server(["-cert", certificate.Certificate, "-key", certificate.Key!, .. arguments]);
}
