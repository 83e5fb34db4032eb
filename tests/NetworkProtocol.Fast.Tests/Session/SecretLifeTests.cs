using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Session.Noise;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session;

/// <summary>Once a session is over its secrets are nowhere in this process: keys of records, chaining keys, agreed
/// secrets, ephemeral scalars. That the scan finds what is there is shown while the session stands.</summary>
[NonParallelizable]
[CancelAfter(120_000)]
[SupportedOSPlatform("linux")]
[Platform("Linux", Reason = "reads /proc")]
internal sealed class SecretLifeTests
{
    private const string FirstKeys = "first keys";
    private const string NextKeys = "next keys";
    private const string Chaining = "chaining key";
    private const string Ephemeral = "ephemeral scalar";
    private const string Agreed = "agreed secret";

    [Test]
    public void Secrets_OfAClosedSession_AreNowhereInMemory()
    {
        var scan = new MemoryScan();
        Handshake handshake = Handshake.Run(scan);
        Dictionary<string, int> before = Tell(scan, "before the split");
        Assert.That(CountOf(before, Chaining), Is.Positive, "the scan sees what is there");
        Assert.That(CountOf(before, Ephemeral), Is.Positive, "the scan sees what is there");

        const int RecordsPerKey = 2;
        SessionKeys client = SessionKeys.Take(handshake.Client, RecordsPerKey);
        SessionKeys server = SessionKeys.Take(handshake.Server, RecordsPerKey);
        Exchange(client, server, records: 1);
        Dictionary<string, int> open = Tell(scan, "in the session");
        Assert.That(CountOf(open, FirstKeys), Is.Positive, "the ciphers hold their keys");
        Assert.That(CountOf(open, Chaining), Is.Zero);
        Assert.That(CountOf(open, Ephemeral), Is.Zero);
        Assert.That(CountOf(open, Agreed), Is.Zero);

        Exchange(client, server, records: 1);
        Dictionary<string, int> rekeyed = Tell(scan, "after a change of keys");
        Assert.That(CountOf(rekeyed, FirstKeys), Is.Zero, "a stolen key opens nothing from before it");
        Assert.That(CountOf(rekeyed, NextKeys), Is.Positive);

        client.Dispose();
        server.Dispose();
        Dictionary<string, int> closed = Tell(scan, "after the end");
        Assert.That(closed.Values, Has.All.Zero);
        Assert.That(scan.Scanned, Is.GreaterThan(1 << 20), "it has looked at something");
    }

    private static Dictionary<string, int> Tell(MemoryScan scan, string when)
    {
        Dictionary<string, int> found = scan.Run();
        TestContext.Out.WriteLine($"{when}, {scan.Scanned >> 20} MiB: {string.Join(", ",
            found.Select(static entry => $"{entry.Key} {entry.Value}"))}");
        return found;
    }

    private static int CountOf(Dictionary<string, int> found, string name) =>
        found.Where(entry => entry.Key.StartsWith(name, StringComparison.Ordinal)).Sum(static entry => entry.Value);

    private static void Exchange(SessionKeys client, SessionKeys server, int records)
    {
        for (int i = 0; i < records; i++)
        {
            Pass(client.Sealer, server.Opener);
            Pass(server.Sealer, client.Opener);
        }
    }

    private static void Pass(RecordSealer sealer, RecordOpener opener)
    {
        byte[] record = new byte[100 + RecordLayout.OverheadBytes];
        Assert.That(sealer.Seal(new byte[100], record, out _), Is.EqualTo(RecordStatus.Done));
        Assert.That(opener.TryOpen(record.AsSpan(RecordLayout.LengthBytes), new byte[100], out _),
            Is.EqualTo(RecordStatus.Done));
    }

    /// <summary>Both sides of a handshake whose secrets the scan has been told.</summary>
    private sealed record Handshake(HandshakeState Client, HandshakeState Server)
    {
        internal static Handshake Run(MemoryScan scan)
        {
            P256KeyPair clientEphemeral = MakeKey(scan, $"{Ephemeral} of the client");
            P256KeyPair serverEphemeral = MakeKey(scan, $"{Ephemeral} of the server");
            P256KeyPair clientStatic = P256KeyPair.Generate();
            P256KeyPair serverStatic = P256KeyPair.Generate();
            AddAgreed(scan, "ee", clientEphemeral, serverEphemeral);
            AddAgreed(scan, "es", clientEphemeral, serverStatic);
            AddAgreed(scan, "se", serverEphemeral, clientStatic);
            const byte Negotiation = SecureOpening.ClientAuthenticates;
            var handshake = new Handshake(
                SessionHandshake.Create(isInitiator: true, Negotiation, clientStatic, clientEphemeral),
                SessionHandshake.Create(isInitiator: false, Negotiation, serverStatic, serverEphemeral));
            Pass(handshake.Client, handshake.Server);
            Pass(handshake.Server, handshake.Client);
            AddChaining(scan, "second", handshake.Client);
            Pass(handshake.Client, handshake.Server);
            AddChaining(scan, "last", handshake.Client);
            AddKeys(scan, handshake.Client);
            clientStatic.Dispose();
            serverStatic.Dispose();
            return handshake;
        }

        private static P256KeyPair MakeKey(MemoryScan scan, string name)
        {
            // Made as all that are used.
            P256KeyPair pair = P256KeyPair.Generate();
            byte[] scalar = GC.AllocateArray<byte>(P256.CoordinateBytes, pinned: true);
            var number = (SafeScalarHandle)SessionInside.ValueOf(pair, typeof(SafeScalarHandle))!;
            Assert.That(GetNumber(number, scalar, scalar.Length), Is.EqualTo(scalar.Length));
            scan.Add(name, scalar, reversedToo: true);
            return pair;
        }

        [DllImport("libcrypto.so.3", EntryPoint = "BN_bn2binpad")]
        private static extern int GetNumber(SafeScalarHandle number, byte[] bytes, int count);

        private static void AddAgreed(MemoryScan scan, string name, P256KeyPair own, P256KeyPair other)
        {
            Span<byte> secret = stackalloc byte[P256.CoordinateBytes];
            Assert.That(P256PublicKey.TryImport(other.PublicKey, out P256PublicKey? point));
            own.TryAgree(point!, secret);
            point!.Dispose();
            scan.Add($"{Agreed} {name}", secret, reversedToo: true);
        }

        private static void Pass(HandshakeState from, HandshakeState to)
        {
            byte[] message = new byte[from.NextOverheadBytes];
            Assert.That(from.Write(default, message, out _), Is.EqualTo(NoiseStatus.Done));
            Assert.That(to.Read(message, default, out _), Is.EqualTo(NoiseStatus.Done));
        }

        private static void AddChaining(MemoryScan scan, string name, HandshakeState noise)
        {
            Span<byte> chaining = stackalloc byte[NoiseHash.BytesCount];
            noise.Symmetric.ChainingKey.CopyTo(chaining);
            scan.Add($"{Chaining} {name}", chaining);
        }

        private static void AddKeys(MemoryScan scan, HandshakeState noise)
        {
            Span<byte> keys = stackalloc byte[2 * AesGcmCipher.KeyBytes];
            Span<byte> next = stackalloc byte[AesGcmCipher.KeyBytes];
            NoiseHash.Derive(noise.Symmetric.ChainingKey, default, keys);
            for (int i = 0; i < 2; i++)
            {
                Span<byte> key = keys.Slice(i * AesGcmCipher.KeyBytes, AesGcmCipher.KeyBytes);
                DeriveNext(key, next);
                scan.Add($"{NextKeys} {i}", next);
                scan.Add($"{FirstKeys} {i}", key);
            }
        }

        private static void DeriveNext(ReadOnlySpan<byte> key, Span<byte> next)
        {
            using var aes = new AesGcm(key, AesGcmCipher.TagBytes);
            Span<byte> nonce = stackalloc byte[AesGcmCipher.NonceBytes];
            nonce[(AesGcmCipher.NonceBytes - sizeof(ulong))..].Fill(0xFF);
            Span<byte> zeros = stackalloc byte[AesGcmCipher.KeyBytes];
            zeros.Clear();
            aes.Encrypt(nonce, zeros, next, stackalloc byte[AesGcmCipher.TagBytes]);
        }
    }
}
