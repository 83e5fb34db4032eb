using System;
using System.Linq;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Acceptance;

/// <summary>Whoever comes back goes on with the keys of before, and only where it still may.</summary>
[TestFixture]
[Category("Binary")]
[Platform(Exclude = "Win")]
[CancelAfter(60_000)]
internal sealed class TlsResumptionTests : TlsRelayFixture
{
    [TestCase("-tls1_2", "TLSv1.2")]
    [TestCase("-tls1_3", "TLSv1.3")]
    public async Task Client_ThatComesBack_ResumesItsSession(string flag, string version)
    {
        using NpfastProcess relay = await StartAsync();
        string session = Files.PathOf("session.pem");
        using (OpenSsl first = Connect(relay, flag, "-sess_out", session))
        {
            // The ticket is there before the relay's hello is.
            await SpeakAsync(first);
        }

        using OpenSsl second = Connect(relay, flag, "-sess_in", session);
        await second.ReadAsync("Reused, " + version);
        await SpeakAsync(second);
    }

    [TestCase("-tls1_2")]
    [TestCase("-tls1_3")]
    public async Task Client_LockedOutByAnotherCa_IsNotLetInByItsOldSession(string flag)
    {
        string roots = Files.Write("clients.pem", System.IO.File.ReadAllText(Files.Roots));
        using NpfastProcess relay = await StartAsync("--client-ca", roots);
        CertificateFiles alice = Files.Issue("alice", ["alice.example"], CertificateUse.Client);
        string[] shown = [flag, "-cert", alice.Certificate, "-key", alice.Key!];
        string session = Files.PathOf("session.pem");
        using (OpenSsl first = Connect(relay, [.. shown, "-sess_out", session]))
        {
            await SpeakAsync(first);
        }

        using (OpenSsl again = Connect(relay, [.. shown, "-sess_in", session]))
        {
            await again.ReadAsync("Reused, TLSv1");
            await SpeakAsync(again);
        }

        await Eventually.HoldsAsync(() => relay.Log.Split('\n')
            .Count(static l => l.Contains("Access[411]", StringComparison.Ordinal)
                && l.Contains("alice.example", StringComparison.Ordinal)) == 2,
            "a session that goes on has the client's name as well");

        using var another = new TestCertificates("Another CA");
        Files.Write("clients.pem", System.IO.File.ReadAllText(another.Roots));
        relay.Signal("HUP");
        await LoggedAsync(relay, "read certificates again: ");
        using OpenSsl late = Connect(relay, [.. shown, "-sess_in", session]);
        await late.ExitAsync();
        await LoggedAsync(relay, "is signed by an unknown CA ('CN=Test CA')");
    }

    [TestCase("-tls1_2", "localhost")]
    [TestCase("-tls1_3", "localhost")]
    [TestCase("-tls1_3", "127.0.0.1")]
    public async Task Library_ThatComesBackToAServer_ResumesItsSession(string flag, string host)
    {
        CertificateFiles own = Files.Issue("server");
        using OpenSsl server = OpenSsl.Server(
            "-cert", own.Certificate, "-key", own.Key!, "-alpn", "npf/1", flag);
        Endpoint endpoint = Endpoint.Parse($"tls://{host}:{await server.PortAsync()}");
        var options = new ClientOptions
        {
            Tls = new TlsClientOptions { RootsFile = Files.Roots, ServerName = "localhost" },
        };
        using var runtime = new LinkRuntime();
        byte[] hello = new byte[512];
        var writer = new PacketWriter(hello);
        Assert.That(writer.TryWriteHello(new LinkSettings { PayloadBytesMax = 1 << 20, Software = "openssl" }));
        byte[] answer = [.. PlainOpening.Magic, .. writer.Written];
        for (int i = 0; i < 2; i++)
        {
            Assert.That(server.Output, Does.Not.Contain("Reused session-id"), "the first has nothing to go on with");
            Task<PacketClient> connecting = PacketClient.ConnectAsync(endpoint, runtime, options);
            int count = i + 1;
            await Eventually.HoldsAsync(() => server.Output.Split("NPF1").Length > count || connecting.IsFaulted);
            await server.WriteAsync(answer);
            await using PacketClient client = await connecting;
        }

        await server.ReadAsync("Reused session-id");
    }
}
