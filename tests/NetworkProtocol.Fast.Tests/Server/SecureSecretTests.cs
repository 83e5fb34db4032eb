using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Session.Noise;
using NetworkProtocol.Fast.Tests.Session;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>The keys of a real session, between the real server and the real client, are nowhere in the process once
/// it is closed. Parts that have tests of their own: SecretLifeTests.</summary>
[NonParallelizable]
[CancelAfter(120_000)]
[SupportedOSPlatform("linux")]
[Platform("Linux", Reason = "reads /proc")]
internal sealed class SecureSecretTests : SecureFixture
{
    private const long RecordsPerKey = 8;

    [Test]
    public async Task Keys_OfAClosedConnection_AreNowhereInMemory([Values] bool serverCloses)
    {
        var scan = new MemoryScan();
        await using ServerHarness harness = StartServer(options => options with { RecordsPerKey = RecordsPerKey });
        ClientOptions options = Pinned(ClientKey);
        await using PacketClient client = await harness.ConnectAsync(
            options with { Secure = options.Secure! with { RecordsPerKey = RecordsPerKey } });
        await EchoAsync(client);

        // What stands there now is found in any case; the next keys show that what was made since is forgotten too.
        SessionKeys keys = KeysOf(client);
        AddNext(scan, "client to server", keys.Sealer);
        AddNext(scan, "server to client", keys.Opener);
        Assert.That(scan.Run().Values, Has.All.Zero, "nobody has made them yet");
        for (int i = 0; i < RecordsPerKey; i++)
        {
            await EchoAsync(client);
        }

        Dictionary<string, int> open = scan.Run();
        TestContext.Out.WriteLine(string.Join(", ", open.Select(static entry => $"{entry.Key}: {entry.Value}")));
        Assert.That(open.Values, Has.All.Positive, "the scan sees what is there");

        if (serverCloses)
        {
            await harness.Server.StopAsync(TimeSpan.FromSeconds(20));
        }
        else
        {
            await client.CloseAsync(TimeSpan.FromSeconds(20));
        }

        await client.Closed;
        await Log.NextAsync();
        Assert.That(scan.Run().Values, Has.All.Zero);
    }

    private static SessionKeys KeysOf(PacketClient client)
    {
        var leg = (Leg)SessionInside.ValueOf(client, typeof(Leg))!;
        return SessionInside.KeysOf((PeerLink)SessionInside.ValueOf(leg.Connection, typeof(PeerLink))!);
    }

    private static void AddNext(MemoryScan scan, string name, object half)
    {
        var key = (SecretBytes)SessionInside.ValueOf(SessionInside.CipherOf(half), typeof(SecretBytes))!;
        using var aes = new AesGcm(key.Span, AesGcmCipher.TagBytes);
        Span<byte> nonce = stackalloc byte[AesGcmCipher.NonceBytes];
        nonce[(AesGcmCipher.NonceBytes - sizeof(ulong))..].Fill(0xFF);
        Span<byte> zeros = stackalloc byte[AesGcmCipher.KeyBytes];
        zeros.Clear();
        Span<byte> next = stackalloc byte[AesGcmCipher.KeyBytes];
        aes.Encrypt(nonce, zeros, next, stackalloc byte[AesGcmCipher.TagBytes]);
        scan.Add(name, next);
    }
}
