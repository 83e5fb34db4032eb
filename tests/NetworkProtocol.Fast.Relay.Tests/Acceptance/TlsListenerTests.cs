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
        await RefusedAsync(relay, null, "the client shows no certificate, and one is required here");
        await RefusedAsync(relay, stranger.Issue("eve", ["alice.example"], CertificateUse.Client),
            "is signed by an unknown CA ('CN=Another CA')");
        await RefusedAsync(relay, Files.Issue("old", ["alice.example"], CertificateUse.Client, daysFromNow: -20),
            "expired on");
        await RefusedAsync(relay, Files.Issue("new", ["alice.example"], CertificateUse.Client, daysFromNow: 20),
            "is not valid before");
        await RefusedAsync(relay, Files.Issue("bob", ["bob.example"], CertificateUse.Client),
            "the client bob.example (sha256:");
        await RefusedAsync(relay, Files.Issue("server2", ["alice.example"], CertificateUse.Server),
            "is not made for this use");

        CertificateFiles alice = Files.Issue("alice", ["alice.example"], CertificateUse.Client);
        using OpenSsl client = Connect(relay, "-cert", alice.Certificate, "-key", alice.Key!);
        await SpeakAsync(client);
    }

    [Test]
    public async Task Client_WithoutACertificateWhereItIsOptional_IsServed()
    {
        using NpfastProcess relay = await StartAsync("--client-ca", Files.Roots, "--client-auth", "optional");
        using OpenSsl client = Connect(relay);
        await SpeakAsync(client);
        using var stranger = new TestCertificates("Another CA");
        await RefusedAsync(
            relay, stranger.Issue("eve", ["eve"], CertificateUse.Client), "is signed by an unknown CA");
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

    [Test]
    public async Task Client_ThatSpeaksNoTls_IsNamedInTheLog()
    {
        using NpfastProcess relay = await StartAsync("--log-level", "debug");
        foreach ((string bytes, string name) in new[]
        {
            ("NPF1", "a plain session (NPF1)"), ("GET / HTTP/1.1\r\n\r\n", "an HTTP request"),
        })
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, PortOf(relay));
            await socket.SendAsync(Encoding.ASCII.GetBytes(bytes));
            await LoggedAsync(relay, "expected a TLS handshake, got " + name);
        }

        await ServesAsync(relay);
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
        Task[] dripping = [.. slow.Select(s => DripAsync(s, PortOf(relay), opening, stop.Token))];
        for (int i = 0; i < 3; i++)
        {
            await ServesAsync(relay);
        }

        Assert.That(dripping.Count(static d => d.IsCompleted), Is.Zero, "they were served while the others dripped");
        await Task.WhenAll(dripping);
        await LoggedAsync(relay, "HandshakeTimeout");
        await ServesAsync(relay);
        foreach (Socket socket in slow)
        {
            socket.Dispose();
        }
    }

    // Ends when the relay has cut the connection.
    private static async Task DripAsync(Socket socket, int port, byte[] bytes, CancellationToken cancellation)
    {
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellation);
        ValueTask<int> end = socket.ReceiveAsync(new byte[1], cancellation);
        Task<int> cut = end.AsTask();
        foreach (byte one in bytes)
        {
            try
            {
                await socket.SendAsync(new[] { one }, cancellation);
                if (await Task.WhenAny(cut, Task.Delay(TimeSpan.FromSeconds(1), cancellation)) == cut)
                {
                    return;
                }
            }
            catch (SocketException)
            {
                return;
            }
        }
    }
}
