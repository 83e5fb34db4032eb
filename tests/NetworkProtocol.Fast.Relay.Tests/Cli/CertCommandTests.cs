using System;
using System.IO;
using System.Text;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Cli;

/// <summary><c>npfast cert</c>, and what openssl says of what it makes.</summary>
[TestFixture]
[Category("Binary")]
[Platform(Exclude = "Win")]
[CancelAfter(60_000)]
internal sealed class CertCommandTests
{
    private TemporaryFolder folder = null!;

    [SetUp]
    public void SetUp() => folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => folder.Dispose();

    [Test]
    public async Task SelfSigned_WithNames_IsWhatOpensslAccepts()
    {
        string printed = await DoneAsync("cert", "self-signed", "--name", "edge.example", "--name", "10.0.0.5",
            "--days", "30", "--out", folder.File("own"));
        Assert.That(printed, Does.StartWith("sha256:"));
        string certificate = folder.File("own/cert.pem");
        string text = await OpensslAsync("x509", "-in", certificate, "-noout", "-text");
        Assert.That(text, Does.Contain("DNS:edge.example, IP Address:10.0.0.5").And.Contain("CN = edge.example")
            .And.Contain("ASN1 OID: prime256v1").And.Contain("TLS Web Server Authentication"));
        Assert.That(await OpensslAsync("x509", "-in", certificate, "-noout", "-checkend", "2588400"),
            Does.Contain("will not expire"));
        Assert.That(await OpensslAsync("pkey", "-in", folder.File("own/key.pem"), "-noout"), Is.Empty);
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(File.GetUnixFileMode(folder.File("own/key.pem")),
                Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }

        string shown = await DoneAsync("cert", "show", certificate);
        Assert.That(shown, Does.Contain("edge.example, 10.0.0.5").And.Contain(printed.Trim()));
    }

    [Test]
    public async Task Issue_ByACa_IsAChainThatOpensslVerifies()
    {
        await DoneAsync("cert", "ca", "--name", "Small CA", "--out", folder.File("ca"));
        foreach (string use in new[] { "server", "client", "both" })
        {
            string directory = folder.File(use);
            await DoneAsync("cert", "issue", "--ca", folder.File("ca"), "--name", "spiffe://here/one",
                "--name", "a@b.c", "--name", "one.example", "--for", use, "--out", directory);
            foreach (string purpose in use == "both" ? ["server", "client"] : new[] { use })
            {
                Assert.That(await OpensslAsync("verify", "-x509_strict", "-purpose", "ssl" + purpose, "-CAfile",
                    folder.File("ca/ca.pem"), Path.Combine(directory, "cert.pem")), Does.Contain(": OK"));
            }
        }
    }

    [Test]
    public async Task Files_ThatExist_AreReplacedByForceAlone()
    {
        string[] command = ["cert", "self-signed", "--name", "a.example", "--out", folder.File("own")];
        string first = await DoneAsync(command);
        (int exitCode, _, string errors) = await NpfastProcess.RunAsync(command);
        Assert.That(exitCode, Is.EqualTo(2));
        Assert.That(errors, Does.Contain("cert.pem exists; add --force to replace it"));
        Assert.That(await DoneAsync([.. command, "--force"]), Is.Not.EqualTo(first));
    }

    [TestCase("cert self-signed --out X", "--name is missing; write the name that clients connect by")]
    [TestCase("cert self-signed --name a", "--out is missing; write --out DIRECTORY")]
    [TestCase("cert issue --name a --out X", "--ca is missing; write --ca DIRECTORY")]
    [TestCase("cert self-signed --name a --days 0 --out X", "--days: '0' is out of range")]
    [TestCase("cert issue --name a --for all --out X", "--for: 'all' is unknown; use server, client or both")]
    public async Task CommandLine_Bad_SaysWhatIsMissing(string commandLine, string message)
    {
        string[] arguments = commandLine.Replace("X", folder.File("x"), StringComparison.Ordinal).Split(' ');
        (int exitCode, _, string errors) = await NpfastProcess.RunAsync(arguments);
        Assert.That(exitCode, Is.EqualTo(2));
        Assert.That(errors, Does.StartWith("npfast: " + message));
    }

    private static async Task<string> DoneAsync(params string[] arguments)
    {
        (int exitCode, byte[] output, string errors) = await NpfastProcess.RunAsync(arguments);
        Assert.That(exitCode, Is.Zero, errors);
        return Encoding.UTF8.GetString(output);
    }

    private static async Task<string> OpensslAsync(params string[] arguments)
    {
        (int exitCode, byte[] output, string errors) = await NpfastProcess.RunProgramAsync("openssl", [], arguments);
        Assert.That(exitCode, Is.Zero, errors);
        return Encoding.UTF8.GetString(output);
    }
}
