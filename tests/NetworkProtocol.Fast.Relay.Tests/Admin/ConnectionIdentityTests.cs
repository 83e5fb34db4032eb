using System;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Admin;

/// <summary>Reports and the access line say who is at the other end: the process of a Unix socket, the certificate of
/// TLS.</summary>
[TestFixture]
[Category("Binary")]
[Platform(Exclude = "Win")]
[CancelAfter(60_000)]
internal sealed class ConnectionIdentityTests
{
    [Test]
    public async Task Connections_OfUnixAndTls_NameProcessAndCertificate(CancellationToken cancellation)
    {
        using var files = new TestCertificates();
        using var folder = new TemporaryFolder();
        CertificateFiles own = files.Issue("server");
        CertificateFiles alice = files.Issue(
            "alice", ["alice.example", "spiffe://here/alice"], CertificateUse.Client);
        string key = TestCertificates.FingerprintOf(alice).ToString();
        using AdminRelay relay = await AdminRelay.StartAsync("--listen", $"unix://{folder.File("s")}",
            "--listen", "tls://127.0.0.1:0", "--certificate", own.Certificate, "--key", own.Key!,
            "--client-ca", files.Roots);
        using var runtime = new LinkRuntime();
        await using (PacketClient local = await PacketClient.ConnectAsync(
            relay.Process.Endpoints[1], runtime, Plain.Client, cancellation))
        await using (PacketClient proved = await PacketClient.ConnectAsync(relay.Process.Endpoints[2], runtime,
            new ClientOptions { Tls = new TlsClientOptions { RootsFile = files.Roots, Certificate = alice } },
            cancellation))
        {
            JsonElement[] all = [.. JsonDocument.Parse(await ShownAsync(relay, "connections", "--json")).RootElement
                .GetProperty("connections").EnumerateArray()];
            JsonElement unix = all.Single(static c => c.GetProperty("session").GetString() == "plain");
            Assert.That(unix.GetProperty("processId").GetInt32(), Is.EqualTo(Environment.ProcessId));
            Assert.That(unix.GetProperty("userId").ValueKind, Is.EqualTo(JsonValueKind.Number));
            Assert.That(unix.GetProperty("key").ValueKind, Is.EqualTo(JsonValueKind.Null));
            JsonElement tls = all.Single(static c => c.GetProperty("session").GetString() == "tls");
            Assert.That(tls.GetProperty("peer").GetString(), Is.EqualTo("alice.example"));
            Assert.That(tls.GetProperty("key").GetString(), Is.EqualTo(key));
            Assert.That(tls.GetProperty("subject").GetString(), Is.EqualTo("CN=alice.example"));
            Assert.That(tls.GetProperty("names").EnumerateArray().Select(static n => n.GetString()),
                Is.EqualTo(new[] { "alice.example", "spiffe://here/alice" }));
            Assert.That(tls.GetProperty("processId").ValueKind, Is.EqualTo(JsonValueKind.Null));
            string table = await ShownAsync(relay, "connections");
            Assert.That(table, Does.Contain($"(pid {Environment.ProcessId} uid "));
            Assert.That(table, Does.Contain($" alice.example: {key}, CN=alice.example, spiffe://here/alice"));
        }

        await LoggedAsync(relay, $@" closed: unix://\S* \(pid {Environment.ProcessId} uid \d+ gid \d+\) at unix://");
        await LoggedAsync(relay, @" closed: tls://\S+ at tls://\S+, peer alice\.example \("
            + Regex.Escape(key) + @", subject CN=alice\.example, spiffe://here/alice\), tls session, ");
    }

    private static async Task<string> ShownAsync(AdminRelay relay, params string[] arguments)
    {
        (int exitCode, byte[] output, string errors) = await relay.RunAsync(arguments);
        Assert.That(exitCode, Is.Zero, errors);
        return Encoding.UTF8.GetString(output);
    }

    private static Task LoggedAsync(AdminRelay relay, string pattern) =>
        Eventually.HoldsAsync(() => Regex.IsMatch(relay.Process.Log, pattern), pattern);
}
