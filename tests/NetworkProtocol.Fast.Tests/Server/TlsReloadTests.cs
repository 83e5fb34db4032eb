using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>Certificates, keys and CAs are replaced while a server runs.</summary>
[TestFixture]
[CancelAfter(60_000)]
internal sealed class TlsReloadTests : TlsFixture
{
    [Test]
    public async Task Certificate_ReplacedUnderLoad_LosesNoConnection(CancellationToken cancellation)
    {
        await using ServerHarness harness = Start();
        KeyFingerprint before = FingerprintOfServer();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var seen = new HashSet<KeyFingerprint>();
        Task<int>[] standing = [.. Enumerable.Range(0, 8).Select(_ => AskAsync(harness, stop.Token))];
        Task<int>[] coming = [.. Enumerable.Range(0, 2).Select(_ => VisitAsync(harness, seen, stop.Token))];
        await Eventually.HoldsAsync(() => IsSeen(seen, before) || coming.Any(static c => c.IsFaulted));
        for (int i = 0; i < 3; i++)
        {
            // The server looks once a second by itself.
            KeyFingerprint next = TestCertificates.FingerprintOf(Files.Issue("server"));
            await Eventually.HoldsAsync(() => IsSeen(seen, next) || coming.Any(static c => c.IsFaulted));
        }

        await stop.CancelAsync();
        int[] requests = await Task.WhenAll([.. standing, .. coming]);
        Assert.That(requests, Has.All.GreaterThan(0), "all of them went on to the end");
        Assert.That(seen, Has.Count.GreaterThanOrEqualTo(4), "each certificate was shown");
    }

    [Test]
    public async Task Pins_OfOldAndNewKey_CarryAClientOverTheChange()
    {
        await using ServerHarness harness = Start();
        KeyFingerprint old = FingerprintOfServer();
        CertificateFiles prepared = Files.Issue("next");
        KeyFingerprint next = TestCertificates.FingerprintOf(prepared);
        TlsClientOptions both = new() { Check = CertificateCheck.PinOnly, Pins = [old, next] };
        await using (await ConnectAsync(harness, _ => both))
        {
        }

        File.Copy(prepared.Certificate, Files.PathOf("server.pem"), overwrite: true);
        File.Copy(prepared.Key!, Files.PathOf("server.key"), overwrite: true);
        harness.Server.ReloadCertificates();
        await using (await ConnectAsync(harness, _ => both))
        {
        }

        PacketConnectionException refused = Assert.ThrowsAsync<PacketConnectionException>(
            () => ConnectAsync(harness, _ => both with { Pins = [old] }))!;
        Assert.That(refused.Message, Does.Contain($"its key is {next}, pinned is {old}"));
        refused = Assert.ThrowsAsync<PacketConnectionException>(
            () => ConnectAsync(harness, o => o with { Pins = [old] }))!;
        Assert.That(refused.Message, Does.Contain($"pinned is {old}"), "a good chain does not make up for it");
    }

    [Test]
    public async Task Files_ThatAreNoGood_ChangeNothingAndAreNamed()
    {
        var lines = new LogLines();
        await using ServerHarness harness = Start(loggers: lines);
        foreach ((string file, string content, string fault) in new[]
        {
            ("server.pem", "nothing", "is neither PEM nor PKCS#12"),
            ("server.key", "nothing", "holds no private key in PEM"),
            ("server.key", File.ReadAllText(Files.Issue("other").Key!), "damaged or not that of the first certificate"),
        })
        {
            string good = File.ReadAllText(Files.PathOf(file));
            Files.Write(file, content);
            harness.Server.ReloadCertificates();
            Assert.That(lines.Shown.Select(static l => l.Text), Has.Some.Contains(fault)
                .And.Some.Contains("the certificates of before stay in force"));
            Files.Write(file, good);
            await using PacketClient client = await ConnectAsync(harness);
            using PacketReply reply = await client.RequestAsync("ECHO", new byte[3]);
            Assert.That(reply.Payload.Length, Is.EqualTo(3));
        }
    }

    [Test]
    public async Task FilesOfAConnector_ThatAreNoGood_AreToldOnceAndThoseOfBeforeStay(CancellationToken cancellation)
    {
        await using ServerHarness harness = Start();
        string roots = File.ReadAllText(Files.Roots);
        Files.Write("trusted.pem", roots);
        var faults = new List<string>();
        var connector = new TlsConnector(
            new TlsClientOptions { RootsFile = Files.PathOf("trusted.pem") }, faults.Add);
        TransportOptions transport = TransportOptions.Default with { Tls = connector };
        foreach (string content in new[] { "nothing", "nothing", roots, "nothing else" })
        {
            Files.Write("trusted.pem", content);
            (await TransportConnector.ConnectAsync(harness.Endpoint, transport, cancellation)).Close();
        }

        Assert.That(faults, Has.Count.EqualTo(2).And.All.Contains("trusted.pem"), "not for each attempt");
    }

    [Test]
    public async Task Roots_Replaced_LockOutWhoWasGoodAndKeepWhoIsConnected()
    {
        await using ServerHarness harness = Start(o => o with
        {
            ClientAuthentication = ClientAuthentication.Required, ClientRootsFile = Files.PathOf("clients.pem"),
        }, prepare: () => Files.Write("clients.pem", File.ReadAllText(Files.Roots)));
        CertificateFiles alice = Files.Issue("alice", ["alice"], CertificateUse.Client);
        await using PacketClient standing = await ConnectAsync(harness, o => o with { Certificate = alice });
        await using (await ConnectAsync(harness, o => o with { Certificate = alice }))
        {
            // A session that could be resumed.
        }

        using var another = new TestCertificates("Another CA");
        Files.Write("clients.pem", File.ReadAllText(another.Roots));
        harness.Server.ReloadCertificates();
        Assert.ThrowsAsync<PacketConnectionException>(
            () => ConnectAsync(harness, o => o with { Certificate = alice }));
        CertificateFiles bob = another.Issue("bob", ["bob"], CertificateUse.Client);
        await using PacketClient welcome = await ConnectAsync(harness, o => o with { Certificate = bob });
        using PacketReply reply = await standing.RequestAsync("ECHO", new byte[3]);
        Assert.That(reply.Payload.Length, Is.EqualTo(3), "whoever is connected stays so");
    }

    private KeyFingerprint FingerprintOfServer() => TestCertificates.FingerprintOf(
        new CertificateFiles(Files.PathOf("server.pem")));

    private static bool IsSeen(HashSet<KeyFingerprint> seen, KeyFingerprint key)
    {
        lock (seen)
        {
            return seen.Contains(key);
        }
    }

    // Requests on one connection that must not break.
    private async Task<int> AskAsync(ServerHarness harness, CancellationToken stop)
    {
        await using PacketClient client = await ConnectAsync(harness);
        int count = 0;
        while (!stop.IsCancellationRequested)
        {
            using PacketReply reply = await client.RequestAsync("ECHO", new byte[1000], cancellationToken: default);
            count++;
        }

        return count;
    }

    // New connections, one after the other, none of which may fail.
    private async Task<int> VisitAsync(ServerHarness harness, HashSet<KeyFingerprint> seen, CancellationToken stop)
    {
        int count = 0;
        while (!stop.IsCancellationRequested)
        {
            await using PacketClient client = await ConnectAsync(harness);
            using PacketReply reply = await client.RequestAsync("ECHO", new byte[10], cancellationToken: default);
            count++;
            lock (seen)
            {
                seen.Add(client.ServerIdentity!.Fingerprint);
            }
        }

        return count;
    }
}
