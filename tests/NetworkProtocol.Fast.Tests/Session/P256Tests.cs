using System;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Session;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session;

internal sealed class P256Tests
{
    internal static readonly BigInteger Prime =
        BigInteger.Pow(2, 256) - BigInteger.Pow(2, 224) + BigInteger.Pow(2, 192) + BigInteger.Pow(2, 96) - 1;

    [Test]
    public void TryImport_OfWhatIsNoPoint_IsFalse()
    {
        using P256KeyPair pair = P256KeyPair.Generate();
        byte[] point = pair.PublicKey.ToArray();
        Assert.That(Imports(point), "the point itself");
        Assert.That(Imports([]), Is.False, "nothing");
        Assert.That(Imports([0]), Is.False, "infinity");
        Assert.That(Imports(new byte[65]), Is.False, "infinity, padded");
        Assert.That(Imports([4, .. new byte[64]]), Is.False, "zeros");
        Assert.That(Imports(point[..64]), Is.False, "too short");
        Assert.That(Imports([.. point, 0]), Is.False, "too long");
        Assert.That(Imports([(byte)(2 + (point[64] & 1)), .. point[1..33]]), Is.False, "compressed");
        for (int first = 0; first < 256; first++)
        {
            // 6 and 7 are the hybrid form.
            Assert.That(Imports([(byte)first, .. point[1..]]), Is.EqualTo(first == 4), $"first byte {first}");
        }

        for (int at = 1; at < point.Length; at++)
        {
            byte[] off = [.. point];
            off[at] ^= 1;
            Assert.That(Imports(off), Is.False, $"off the curve at {at}");
        }
    }

    [Test]
    public void TryImport_WithCoordinatesOfThePrimeOrAbove_IsFalse()
    {
        // A point with a small x, so that x + p still has 32 bytes: x = 5 is on the curve.
        BigInteger b = BigInteger.Parse(
            "41058363725152142129326129780047268409114441015993725554835256314039467401291",
            CultureInfo.InvariantCulture);
        BigInteger y = BigInteger.ModPow(125 - 15 + b, (Prime + 1) / 4, Prime);
        Assert.That(BigInteger.ModPow(y, 2, Prime), Is.EqualTo((125 - 15 + b) % Prime), "5 is an x of the curve");
        Assert.That(Imports([4, .. Bytes(5), .. Bytes(y)]));
        Assert.That(Imports([4, .. Bytes(5 + Prime), .. Bytes(y)]), Is.False, "the same modulo p");
        Assert.That(Imports([4, .. Bytes(Prime), .. Bytes(y)]), Is.False);
        Assert.That(Imports([4, .. Bytes(5), .. Bytes(Prime)]), Is.False);
        Assert.That(Imports([4, .. Bytes(5), .. Bytes(BigInteger.Pow(2, 256) - 1)]), Is.False);
    }

    [Test]
    public void KeyPair_OfTheCallersKey_AgreesAndLeavesItAlone()
    {
        using ECDiffieHellman own = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        using ECDiffieHellman other = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        using var ownPair = new P256KeyPair(own);
        using var otherPair = new P256KeyPair(other);
        Assert.That(P256PublicKey.TryImport(otherPair.PublicKey, out P256PublicKey? peer));
        byte[] secret = new byte[32];
        Assert.That(ownPair.TryAgree(peer!, secret));
        Assert.That(secret, Is.EqualTo(other.DeriveRawSecretAgreement(own.PublicKey)));
        peer!.Dispose();
        ownPair.Dispose();
        Assert.That(() => own.ExportParameters(true), Throws.Nothing, "the key is still the caller's");
    }

    [Test]
    public void KeyPair_OnAnotherCurve_IsRefused()
    {
        using ECDiffieHellman large = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP384);
        using ECDiffieHellman alien = ECDiffieHellman.Create(ECCurve.NamedCurves.brainpoolP256r1);
        Assert.That(() => new P256KeyPair(large), Throws.ArgumentException);
        Assert.That(() => new P256KeyPair(alien), Throws.ArgumentException, "256 bits as well");
    }

    [Test]
    public void Keys_OfLibcryptoAndOfThePlatform_AgreeWithEachOther()
    {
        Assert.That(!OperatingSystem.IsLinux() || OpenSslP256.IsUsable, "both ways are there to be compared");
        for (int i = 0; i < 50; i++)
        {
            using P256KeyPair own = i % 2 == 0 ? P256KeyPair.Generate() : P256KeyPair.GenerateByPlatform();
            using P256KeyPair other = P256KeyPair.GenerateByPlatform();
            Assert.That(P256PublicKey.TryImport(own.PublicKey, byPlatform: true, out P256PublicKey? ownPublic));
            Assert.That(P256PublicKey.TryImport(other.PublicKey, out P256PublicKey? otherPublic));
            byte[] first = new byte[32];
            byte[] second = new byte[32];
            Assert.That(own.TryAgree(otherPublic!, first) && other.TryAgree(ownPublic!, second));
            Assert.That(first, Is.EqualTo(second));
            ownPublic!.Dispose();
            otherPublic!.Dispose();
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    public void KeyPair_OfAScalarOutOfRange_IsRefused(bool byPlatform)
    {
        byte[] order = Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
        Assert.That(() => P256KeyPair.FromScalar(new byte[32], byPlatform),
            Throws.InstanceOf<CryptographicException>());
        Assert.That(() => P256KeyPair.FromScalar(order, byPlatform), Throws.InstanceOf<CryptographicException>());
        Assert.That(() => P256KeyPair.FromScalar(new byte[31], byPlatform), Throws.InstanceOf<ArgumentException>());

        byte[] one = [.. new byte[31], 1];
        using P256KeyPair generator = P256KeyPair.FromScalar(one, byPlatform);
        Assert.That(Convert.ToHexString(generator.PublicKey[1..33]), // RFC 5114, 2.6
            Is.EqualTo("6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"));
    }

    [Test]
    public void SubjectPublicKeyInfo_OfAKey_IsThePlatforms()
    {
        using ECDiffieHellman key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        using var pair = new P256KeyPair(key);
        byte[] expected = key.ExportSubjectPublicKeyInfo();
        byte[] written = new byte[P256SubjectPublicKeyInfo.BytesCount];
        P256SubjectPublicKeyInfo.Write(pair.PublicKey, written);
        Assert.That(written, Is.EqualTo(expected));
        Assert.That(P256SubjectPublicKeyInfo.TryRead(expected, out ReadOnlySpan<byte> point));
        Assert.That(point.SequenceEqual(pair.PublicKey));
        for (int at = 0; at < expected.Length; at++)
        {
            byte[] wrong = [.. expected];
            wrong[at] ^= 0x10;
            Assert.That(P256PublicKey.TryImportSubjectPublicKeyInfo(wrong, out _), Is.False, $"byte {at}");
            Assert.That(P256SubjectPublicKeyInfo.TryRead(expected.AsSpan(0, at), out _), Is.False, $"{at} bytes");
        }

        Assert.That(P256SubjectPublicKeyInfo.TryRead([.. expected, 0], out _), Is.False, "a byte more");
    }

    [Test]
    public void StaticKey_UsedByManyThreadsAtOnce_AlwaysAgreesRightly()
    {
        using P256KeyPair own = P256KeyPair.Generate();
        int right = 0;
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
        {
            using P256KeyPair other = P256KeyPair.Generate();
            Span<byte> first = stackalloc byte[32];
            Span<byte> second = stackalloc byte[32];
            if (P256PublicKey.TryImport(other.PublicKey, out P256PublicKey? otherPublic)
                && P256PublicKey.TryImport(own.PublicKey, out P256PublicKey? ownPublic)
                && own.TryAgree(otherPublic, first) && other.TryAgree(ownPublic, second) && first.SequenceEqual(second))
            {
                Interlocked.Increment(ref right);
                otherPublic.Dispose();
                ownPublic.Dispose();
            }
        });
        Assert.That(right, Is.EqualTo(400));
    }

    // By both ways.
    private static bool Imports(byte[] point)
    {
        bool valid = P256PublicKey.TryImport(point, out P256PublicKey? key);
        Assert.That(key is null, Is.Not.EqualTo(valid));
        key?.Dispose();
        Assert.That(P256PublicKey.TryImport(point, byPlatform: true, out P256PublicKey? other), Is.EqualTo(valid));
        Assert.That(other is null, Is.Not.EqualTo(valid));
        other?.Dispose();
        return valid;
    }

    private static byte[] Bytes(BigInteger number)
    {
        byte[] digits = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[32 - digits.Length], .. digits];
    }
}
