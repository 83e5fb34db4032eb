using System;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Session;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Acceptance;

/// <summary>What waits for a TLS client leaves in one write of the stream, which makes one record of it.</summary>
[TestFixture]
[Category("Binary")]
[Platform(Exclude = "Win")]
[CancelAfter(60_000)]
internal sealed class TlsBatchTests : TlsRelayFixture
{
    private const int Requests = 100;
    private const int PayloadBytes = 64;

    [Test]
    public async Task Replies_ToRequestsThatCameTogether_LeaveInOneRecord(CancellationToken cancellation)
    {
        using NpfastProcess relay = await StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, PortOf(relay), cancellation);
        await using var records = new RecordCounter(client.GetStream());
        await using var tls = new SslStream(records);
        using X509Certificate2 root = X509CertificateLoader.LoadCertificateFromFile(Files.Roots);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                ApplicationProtocols = [new SslApplicationProtocol("npf/1")],
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { root },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
            cancellation);
        byte[] hello = new byte[512];
        var writer = new PacketWriter(hello);
        Assert.That(writer.TryWriteHello(new LinkSettings { PayloadBytesMax = 1 << 20, Software = "test" }));
        byte[] opening = [.. PlainOpening.Magic, .. writer.Written];
        await tls.WriteAsync(opening, cancellation);
        await tls.ReadExactlyAsync(new byte[PlainOpening.Magic.Length], cancellation);
        Assert.That(await ReadPacketAsync(tls, cancellation), Is.EqualTo(PacketType.Hello));

        int before = records.Count;
        await tls.WriteAsync(Together(), cancellation);
        for (int i = 0; i < Requests; i++)
        {
            Assert.That(await ReadPacketAsync(tls, cancellation), Is.EqualTo(PacketType.Echo));
        }

        Assert.That(records.Count - before, Is.LessThanOrEqualTo(2), "two if the relay reads twice");
    }

    private static byte[] Together()
    {
        const int Bytes = PacketHeader.BytesCount + PayloadBytes;
        byte[] all = new byte[Requests * Bytes];
        for (int i = 0; i < Requests; i++)
        {
            new PacketHeader
            {
                Type = PacketType.Echo, Correlation = (uint)i + 1, PayloadLength = PayloadBytes,
            }.Write(all.AsSpan(i * Bytes));
        }

        return all;
    }

    private static async Task<PacketType> ReadPacketAsync(SslStream stream, CancellationToken cancellation)
    {
        byte[] bytes = new byte[PacketHeader.BytesCount];
        await stream.ReadExactlyAsync(bytes, cancellation);
        PacketHeader header = PacketHeader.Read(bytes);
        await stream.ReadExactlyAsync(new byte[header.PacketBytes - bytes.Length], cancellation);
        return header.Type;
    }
}
