using System;
using System.Globalization;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Acceptance;

/// <summary>A CA, a relay that shows a certificate of it, and openssl's s_client as its client.</summary>
internal abstract class TlsRelayFixture
{
    internal TestCertificates Files { get; private set; } = null!;

    [SetUp]
    public void SetUp() => Files = new TestCertificates();

    [TearDown]
    public void TearDown() => Files.Dispose();

    /// <summary>One client is refused for this reason, and the relay serves the next one, a good one.</summary>
    internal static async Task RefusedAsync(
        NpfastProcess relay, CertificateFiles? certificate, string reason, CertificateFiles? good)
    {
        using OpenSsl client = ConnectAs(relay, certificate);
        await client.ExitAsync();
        await LoggedAsync(relay, reason);
        using OpenSsl next = ConnectAs(relay, good);
        await SpeakAsync(next);
    }

    internal static OpenSsl ConnectAs(NpfastProcess relay, CertificateFiles? certificate) => certificate is null
        ? Connect(relay)
        : Connect(relay, "-cert", certificate.Certificate, "-key", certificate.Key!);

    internal async Task ServesAsync(NpfastProcess relay)
    {
        (int exitCode, byte[] output, string errors) = await NpfastProcess.RunAsync(
            "send", string.Create(CultureInfo.InvariantCulture, $"tls://localhost:{PortOf(relay)}"), "ECHO", "served",
            "--ca", Files.Roots);
        Assert.That(exitCode, Is.Zero, errors);
        Assert.That(Encoding.UTF8.GetString(output), Is.EqualTo("served"));
    }

    // The relay answers a hello with its own.
    internal static async Task SpeakAsync(OpenSsl client)
    {
        byte[] hello = new byte[512];
        var writer = new PacketWriter(hello);
        Assert.That(writer.TryWriteHello(new LinkSettings { PayloadBytesMax = 1 << 20, Software = "openssl" }));
        await client.WriteAsync([.. PlainOpening.Magic, .. writer.Written]);
        await client.ReadAsync("npfast relay");
    }

    internal static OpenSsl Connect(NpfastProcess relay, params string[] arguments) =>
        OpenSsl.Client(PortOf(relay), ["-alpn", "npf/1", .. arguments]);

    internal static async Task LoggedAsync(NpfastProcess relay, string text)
    {
        CancellationToken limit = TestContext.CurrentContext.CancellationToken;
        while (!relay.Log.Contains(text, StringComparison.Ordinal))
        {
            Assert.That(limit.IsCancellationRequested, Is.False, $"'{text}' is not in: {relay.Log}");
            await Task.Delay(5, CancellationToken.None);
        }
    }

    internal static int PortOf(NpfastProcess relay) => relay.Endpoints[0].Port;

    internal Task<NpfastProcess> StartAsync(params string[] arguments)
    {
        CertificateFiles own = Files.Issue("server");
        return NpfastProcess.StartRelayAsync([
            "--listen", "tls://127.0.0.1:0", "--certificate", own.Certificate, "--key", own.Key!, .. arguments]);
    }
}
