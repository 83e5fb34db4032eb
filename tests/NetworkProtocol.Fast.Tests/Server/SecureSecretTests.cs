using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
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

        // The cipher does not tell its key, but it makes the next one.
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
        object link = ValueOf(client, typeof(PeerLink));
        return (SessionKeys)ValueOf(ValueOf(link, typeof(SecureChannel)), typeof(SessionKeys));
    }

    private static void AddNext(MemoryScan scan, string name, object half)
    {
        object cipher = ValueOf(ValueOf(half, typeof(CipherState)), typeof(AesGcmCipher));
        var aes = (AesGcm)ValueOf(cipher, typeof(AesGcm));
        Span<byte> nonce = stackalloc byte[AesGcmCipher.NonceBytes];
        nonce[(AesGcmCipher.NonceBytes - sizeof(ulong))..].Fill(0xFF);
        Span<byte> zeros = stackalloc byte[AesGcmCipher.KeyBytes];
        zeros.Clear();
        Span<byte> next = stackalloc byte[AesGcmCipher.KeyBytes];
        aes.Encrypt(nonce, zeros, next, stackalloc byte[AesGcmCipher.TagBytes]);
        scan.Add(name, next);
    }

    private static object ValueOf(object owner, Type type) => owner.GetType()
        .GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
        .Single(field => field.FieldType == type).GetValue(owner)!;
}
