using System;
using System.Linq;
using System.Security.Cryptography;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>Packets over TLS, between a server and a client of the library.</summary>
[TestFixture]
internal sealed class TlsSessionTests : TlsFixture
{
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(16_300)]
    [TestCase(70_000)]
    [TestCase(5_000_000)]
    public async Task Request_OfAnySize_ComesBackAsItWas(int bytes)
    {
        byte[] payload = RandomNumberGenerator.GetBytes(bytes);
        await using ServerHarness harness = Start();
        await using PacketClient client = await ConnectAsync(harness);
        for (int i = 0; i < 3; i++)
        {
            using PacketReply reply = await client.RequestAsync("ECHO", payload);
            Assert.That(reply.Payload.Span.SequenceEqual(payload));
        }
    }

    [Test]
    public async Task Requests_ManyAtATime_AllComeBack()
    {
        await using ServerHarness harness = Start();
        await using PacketClient client = await ConnectAsync(harness);
        int[] lengths = await Task.WhenAll(Enumerable.Range(1, 5_000).Select(async i =>
        {
            using PacketReply reply = await client.RequestAsync("ECHO", new byte[i % 3_000]);
            return reply.Payload.Length;
        }));
        Assert.That(lengths.Sum(), Is.EqualTo(Enumerable.Range(1, 5_000).Sum(static i => i % 3_000)));
    }

    [Test]
    public async Task Client_WithACertificate_IsKnownToHandlersByItsNames()
    {
        var handlers = new HandlerTable().Map("who", static (ref PacketContext context) =>
        {
            PeerIdentity peer = context.Peer.Identity!;
            context.Reply(System.Text.Encoding.UTF8.GetBytes(string.Join('|', [
                peer.Name, peer.Fingerprint.ToString(), peer.Certificate!.Subject,
                .. peer.Certificate.AlternativeNames])));
        });
        CertificateFiles own = Files.Issue("alice", ["alice.example", "spiffe://here/alice"], CertificateUse.Client);
        await using ServerHarness harness = Start(o => o with
        {
            ClientAuthentication = ClientAuthentication.Required, ClientRootsFile = Files.Roots,
        }, handlers);
        await using PacketClient client = await ConnectAsync(harness, o => o with { Certificate = own });
        using PacketReply reply = await client.RequestAsync("who", ReadOnlyMemory<byte>.Empty);
        Assert.That(System.Text.Encoding.UTF8.GetString(reply.Payload.Span), Is.EqualTo(
            $"alice.example|{TestCertificates.FingerprintOf(own)}|CN=alice.example|alice.example|spiffe://here/alice"));
        Assert.That(client.ServerIdentity!.Name, Is.EqualTo("localhost"));
    }

    [Test]
    public async Task Close_ByTheServer_IsACleanEnd()
    {
        await using ServerHarness harness = Start();
        await using PacketClient client = await ConnectAsync(harness);
        await harness.Server.StopAsync(TimeSpan.FromSeconds(5));
        LinkClosed closed = await client.Closed;
        Assert.That(closed.Reason, Is.EqualTo(CloseReason.PeerClosed), closed.Detail);
    }
}
