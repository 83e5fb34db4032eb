using System;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Acceptance;

/// <summary>The relay's TLS listener against openssl s_client. Every refusal names its reason in the log, and leaves
/// the listener serving.</summary>
[TestFixture]
[Category("Binary")]
[Platform(Exclude = "Win")]
[CancelAfter(60_000)]
internal sealed class TlsListenerTests : TlsRelayFixture
{
    [TestCase("-tls1_2", "TLSv1.2")]
    [TestCase("-tls1_3", "TLSv1.3")]
    public async Task Client_OfEitherVersion_NegotiatesTheProtocolAndIsAnswered(string flag, string version)
    {
        using NpfastProcess relay = await StartAsync();
        using OpenSsl client = Connect(relay, flag, "-CAfile", Files.Roots, "-verify_return_error");
        await client.ReadAsync("ALPN protocol: npf/1");
        await client.ReadAsync($"New, {version}");
        await client.ReadAsync("Verify return code: 0 (ok)");
        await SpeakAsync(client);
    }

    [Test]
    public async Task Hangup_AfterACertificateWasReplaced_ShowsTheNewOne()
    {
        using NpfastProcess relay = await StartAsync();
        using OpenSsl standing = Connect(relay);
        await SpeakAsync(standing);
        CertificateFiles next = Files.Issue("server");
        relay.Signal("HUP");
        await LoggedAsync(relay, "read certificates again: localhost, 127.0.0.1 ("
            + TestCertificates.FingerprintOf(next));
        (int exitCode, _, string errors) = await NpfastProcess.RunAsync("send",
            string.Create(CultureInfo.InvariantCulture, $"tls://localhost:{PortOf(relay)}"), "ECHO", "x",
            "--pin", TestCertificates.FingerprintOf(next).ToString());
        Assert.That(exitCode, Is.Zero, errors);
        Assert.That(standing.HasExited, Is.False, "whoever is connected stays so");
        Assert.That(await relay.StopAsync(), Is.Zero);
    }

    [Test]
    public async Task Client_OfAVersionBefore12_IsRefusedByName()
    {
        using NpfastProcess relay = await StartAsync();
        using OpenSsl client = Connect(relay, "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0");
        await client.ExitAsync();
        await LoggedAsync(relay, "the client offers no TLS version that is spoken here, 1.2 and 1.3");
        await ServesAsync(relay);
    }

    [Test]
    public async Task Client_WithoutTheProtocolName_IsRefusedByName()
    {
        using NpfastProcess relay = await StartAsync();
        using OpenSsl none = OpenSsl.Client(PortOf(relay), "-CAfile", Files.Roots);
        await none.ExitAsync();
        await LoggedAsync(relay, "the client names no protocol in TLS; npf/1 is spoken here (ALPN)");
        await ServesAsync(relay);
    }

    [Test]
    public async Task Client_WithACertificateOfTheCa_IsKnownByItsName()
    {
        using NpfastProcess relay = await StartAsync("--client-ca", Files.Roots);
        CertificateFiles alice = Files.Issue("alice", ["alice.example"], CertificateUse.Client);
        using OpenSsl client = Connect(relay, "-cert", alice.Certificate, "-key", alice.Key!);
        await SpeakAsync(client);
        await LoggedAsync(relay, "peer alice.example");
        await LoggedAsync(relay, TestCertificates.FingerprintOf(alice).ToString());
    }

    [Test]
    public async Task Client_ThatIsNotTrusted_IsRefusedByNameOfTheCheck()
    {
        using NpfastProcess relay =
            await StartAsync("--client-ca", Files.Roots, "--allow-client", "alice.example", "--log-level", "debug");
        using var stranger = new TestCertificates("Another CA");
        CertificateFiles alice = Files.Issue("alice", ["alice.example"], CertificateUse.Client);
        await RefusedAsync(relay, null, "the client shows no certificate, and one is required here", alice);
        await RefusedAsync(relay, stranger.Issue("eve", ["alice.example"], CertificateUse.Client),
            "is signed by an unknown CA ('CN=Another CA')", alice);
        await RefusedAsync(relay, Files.Issue("old", ["alice.example"], CertificateUse.Client, daysFromNow: -20),
            "expired on", alice);
        await RefusedAsync(relay, Files.Issue("new", ["alice.example"], CertificateUse.Client, daysFromNow: 20),
            "is not valid before", alice);
        await RefusedAsync(relay, Files.Issue("bob", ["bob.example"], CertificateUse.Client),
            "the client bob.example (sha256:", alice);
        await RefusedAsync(relay, Files.Issue("server2", ["alice.example"], CertificateUse.Server),
            "is not made for this use", alice);
    }

    [Test]
    public async Task Clients_AllowedByTheirKeys_AreLetInAndNoOthers()
    {
        CertificateFiles alice = Files.Issue("alice", ["alice.example"], CertificateUse.Client);
        CertificateFiles other = Files.Issue("other", ["alice.example"], CertificateUse.Client);
        using NpfastProcess relay = await StartAsync("--client-ca", Files.Roots, "--allow-client",
            TestCertificates.FingerprintOf(alice).ToString());
        await RefusedAsync(relay, other,
            $"the client alice.example ({TestCertificates.FingerprintOf(other)}", good: alice);
    }

    [Test]
    public async Task Route_ForClientsOfSomeCertificates_RefusesTheOthers()
    {
        CertificateFiles alice = Files.Issue("alice", ["a.example", "alice.example"], CertificateUse.Client);
        CertificateFiles bob = Files.Issue("bob", ["bob.example"], CertificateUse.Client);
        CertificateFiles eve = Files.Issue("eve", ["eve.example"], CertificateUse.Client);
        using NpfastProcess relay = await StartAsync("--client-ca", Files.Roots, "--route", "admin.*=echo",
            "--route-clients", $"admin.*=alice.example,{TestCertificates.FingerprintOf(bob)}");
        string uri = string.Create(CultureInfo.InvariantCulture, $"tls://localhost:{PortOf(relay)}");
        foreach (CertificateFiles who in new[] { alice, bob, eve })
        {
            string[] trust = ["--ca", Files.Roots, "--certificate", who.Certificate, "--key", who.Key!];
            (int exitCode, byte[] output, string errors) =
                await NpfastProcess.RunAsync(["send", uri, "admin.stop", "now", .. trust]);
            if (who == eve)
            {
                Assert.That((exitCode, output.Length), Is.EqualTo((1, 0)));
                Assert.That(errors, Does.Contain("Unauthorized: this client may not use this route"));
            }
            else
            {
                Assert.That((exitCode, Encoding.UTF8.GetString(output)), Is.EqualTo((0, "now")), errors);
            }

            (exitCode, _, errors) = await NpfastProcess.RunAsync(["send", uri, "ECHO", "open to all", .. trust]);
            Assert.That(exitCode, Is.Zero, errors);
        }
    }

    [Test]
    public async Task Client_WithoutACertificateWhereItIsOptional_IsServed()
    {
        using NpfastProcess relay = await StartAsync("--client-ca", Files.Roots, "--client-auth", "optional");
        using OpenSsl client = Connect(relay);
        await SpeakAsync(client);
        using var stranger = new TestCertificates("Another CA");
        await RefusedAsync(
            relay, stranger.Issue("eve", ["eve"], CertificateUse.Client), "is signed by an unknown CA", good: null);
    }

    [Test]
    public async Task Client_ThatNamesAHost_GetsItsCertificate()
    {
        CertificateFiles other = Files.Issue("other", ["other.example", "*.wild.example"]);
        using NpfastProcess relay = await StartAsync("--certificate", other.Certificate, "--key", other.Key!);
        foreach ((string host, string subject) in new[]
        {
            ("other.example", "CN = other.example"), ("a.wild.example", "CN = other.example"),
            ("localhost", "CN = localhost"), ("unknown.example", "CN = localhost"),
            ("a.b.wild.example", "CN = localhost"),
        })
        {
            using OpenSsl client = Connect(relay, "-servername", host);
            await client.ReadAsync("subject=");
            Assert.That(client.Output, Does.Contain("subject=" + subject), host);
        }
    }

    [TestCase("NPF1", "a plain session (NPF1)")]
    [TestCase("GET / HTTP/1.1\r\n\r\n", "an HTTP request")]
    public async Task Client_ThatSpeaksNoTls_IsNamedInTheLog(string bytes, string name)
    {
        const int More = 30;
        using NpfastProcess relay = await StartAsync();
        for (int i = 0; i <= More; i++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, PortOf(relay));
            await socket.SendAsync(Encoding.ASCII.GetBytes(bytes));
            await WaitForEndAsync(socket, CancellationToken.None);
            await LoggedAsync(relay, "expected a TLS handshake, got " + name);
        }

        await ServesAsync(relay);
        Assert.That(await relay.StopAsync(), Is.Zero);
        string[] told = [.. relay.Log.Split('\n').Where(
            static line => line.Contains("expected a TLS handshake", StringComparison.Ordinal))];
        Assert.That(told, Has.Length.LessThan(More / 2), "a scan writes a few lines");
        Assert.That(relay.Log, Does.Match("[0-9]+ more connections were closed by faults, the last one: "));
    }

    [Test]
    public async Task Clients_FiftyThatDripTheirHandshake_DelayNobodyAndEndAtTheLimit(CancellationToken cancellation)
    {
        using NpfastProcess relay = await StartAsync("--handshake-timeout", "3s", "--log-level", "debug");

        // A client hello that is announced with 512 bytes and comes one byte a second.
        byte[] opening = [0x16, 0x03, 0x01, 0x02, 0x00, .. new byte[512]];
        Socket[] slow = [.. Enumerable.Range(0, 50).Select(
            static _ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task<bool>[] dripping = [.. slow.Select(s => DripAsync(s, PortOf(relay), opening, stop.Token))];
        for (int i = 0; i < 3; i++)
        {
            await ServesAsync(relay);
        }

        Assert.That(dripping.Count(static d => d.IsCompleted), Is.Zero, "they were served while the others dripped");
        Assert.That(await Task.WhenAll(dripping), Is.All.True, "each was cut by the relay");
        await Eventually.HoldsAsync(() => relay.Log.Split("HandshakeTimeout").Length > slow.Length);
        await ServesAsync(relay);
        foreach (Socket socket in slow)
        {
            socket.Dispose();
        }
    }

    // Whether the relay has cut the connection before the last byte.
    private static async Task<bool> DripAsync(Socket socket, int port, byte[] bytes, CancellationToken cancellation)
    {
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellation);
        Task cut = WaitForEndAsync(socket, cancellation);
        foreach (byte one in bytes)
        {
            try
            {
                await socket.SendAsync(new[] { one }, cancellation);
            }
            catch (SocketException)
            {
                // Cut between two bytes; the receive must say so, too.
                await cut;
            }

            if (await Task.WhenAny(cut, Task.Delay(TimeSpan.FromSeconds(1), cancellation)) == cut)
            {
                await cut;
                return true;
            }
        }

        return false;
    }

    // The relay says nothing but perhaps an alert; then the stream ends, or is reset.
    private static async Task WaitForEndAsync(Socket socket, CancellationToken cancellation)
    {
        try
        {
            while (await socket.ReceiveAsync(new byte[64], cancellation) > 0)
            {
            }
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
        }
    }
}
