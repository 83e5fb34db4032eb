using System;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Benchmarks.Micro;

/// <summary>
/// Whole handshakes, both sides one after the other on one thread, against what one side cannot do without: a key pair
/// made and two secrets agreed with a peer's key, by the platform alone. A handshake of NX makes two key pairs,
/// imports three points and agrees four times; XX imports one more and agrees twice more.
/// </summary>
[MemoryDiagnoser(displayGenColumns: false)]
public class HandshakeBenchmarks
{
    private readonly P256KeyPair serverKey = P256KeyPair.Generate();
    private readonly P256KeyPair clientKey = P256KeyPair.Generate();
    private readonly byte[] toServer = new byte[HandshakeLayout.FinishOutputBytes];
    private readonly byte[] toClient = new byte[HandshakeLayout.RespondOutputBytes];
    private ECDiffieHellman own = null!;
    private ECParameters peer;

    [GlobalSetup]
    public void Setup()
    {
        own = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        using ECDiffieHellman other = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        peer = other.ExportParameters(includePrivateParameters: false);
        Expect.Same(NX(), 0, nameof(NX));
        Expect.Same(XX(), P256.PointBytes, nameof(XX));
        Expect.Same(GenerateAndAgreeTwice(), 2 * P256.CoordinateBytes, nameof(GenerateAndAgreeTwice));
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        own.Dispose();
        serverKey.Dispose();
        clientKey.Dispose();
    }

    [Benchmark]
    public int NX() => Run(null);

    [Benchmark]
    public int XX() => Run(clientKey);

    [Benchmark(Baseline = true)]
    public int GenerateAndAgreeTwice()
    {
        using ECDiffieHellman ephemeral = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        using ECDiffieHellman imported = ECDiffieHellman.Create(peer);
        using ECDiffieHellmanPublicKey key = imported.PublicKey;
        return ephemeral.DeriveRawSecretAgreement(key).Length + own.DeriveRawSecretAgreement(key).Length;
    }

    private int Run(P256KeyPair? identity)
    {
        using var client = new ClientHandshake(new ClientHandshakeOptions { UnixMs = 1, Identity = identity });
        using var server = new ServerHandshake(serverKey);
        client.Start(toServer, out int start);
        const int FirstAt = HandshakeLayout.OpeningBytes + HandshakeLayout.LengthBytes;
        server.ReadFirst(toServer[SecureOpening.Magic.Length], toServer.AsSpan(FirstAt, start - FirstAt));
        server.Respond(P256KeyPair.Generate(), 1, toClient, out _);
        client.ReadResponse(toClient.AsSpan(HandshakeLayout.LengthBytes));
        if (client.NeedsFinish)
        {
            client.Finish(toServer, out _);
            server.ReadFinal(toServer.AsSpan(HandshakeLayout.LengthBytes));
        }

        if (!client.TryTakeKeys(out SessionKeys? clientKeys) || !server.TryTakeKeys(out SessionKeys? serverKeys))
        {
            throw new InvalidOperationException("the handshake failed");
        }

        int identified = serverKeys.PeerStatic.Length;
        clientKeys.Dispose();
        serverKeys.Dispose();
        return identified;
    }
}
