using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Session.Noise;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session.Noise;

/// <summary>The vectors of C2SP/wycheproof for what the handshake and the records are made of.</summary>
internal sealed class WycheproofTests
{
    [Test]
    public void AesGcmCipher_OfEveryVectorWithItsSizes_DoesWhatItSays()
    {
        (int valid, int invalid) = (0, 0);
        JsonElement[] groups = Groups("aes_gcm_test.json");
        foreach (JsonElement test in groups.Where(static group => HasSize(group, "keySize", 256)
            && HasSize(group, "ivSize", 96) && HasSize(group, "tagSize", 128)).SelectMany(Tests))
        {
            using var cipher = new AesGcmCipher(test.Hex("key"));
            byte[] expected = test.Hex("msg");
            byte[] input = [.. test.Hex("ct"), .. test.Hex("tag")];
            byte[] plaintext = new byte[expected.Length];
            bool opens = cipher.TryDecrypt(test.Hex("iv"), test.Hex("aad"), input, plaintext);
            Assert.That(opens, Is.EqualTo(Result(test) == "valid"), Name(test));
            if (!opens)
            {
                Assert.That(plaintext, Is.All.Zero, Name(test));
                invalid++;
                continue;
            }

            byte[] output = new byte[expected.Length + AesGcmCipher.TagBytes];
            cipher.Encrypt(test.Hex("iv"), test.Hex("aad"), expected, output);
            Assert.That(plaintext, Is.EqualTo(expected), Name(test));
            Assert.That(output, Is.EqualTo(input), Name(test));
            valid++;
        }

        // Keys of 128 and 192 bits and nonces of other sizes cannot be given to this cipher at all.
        Report(groups, valid, invalid);
        Assert.That(valid, Is.GreaterThan(30));
        Assert.That(invalid, Is.GreaterThan(20));
        Assert.That(() => new AesGcmCipher(new byte[16]), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => new AesGcmCipher(new byte[24]), Throws.InstanceOf<ArgumentException>());
    }

    [Test]
    public void Hmac_OfEveryVector_GivesItsTag()
    {
        (int valid, int invalid) = (0, 0);
        JsonElement[] groups = Groups("hmac_sha256_test.json");
        foreach (JsonElement test in groups.SelectMany(Tests))
        {
            // Some tags are truncated.
            byte[] expected = test.Hex("tag");
            byte[] tag = new byte[NoiseHash.BytesCount];
            NoiseHash.Hmac(test.Hex("key"), test.Hex("msg"), tag);
            bool matches = tag.AsSpan(0, expected.Length).SequenceEqual(expected);
            Assert.That(matches, Is.EqualTo(Result(test) == "valid"), Name(test));
            _ = matches ? valid++ : invalid++;
        }

        Report(groups, valid, invalid);
        Assert.That((valid, invalid), Is.EqualTo((66, 108)));
    }

    [Test]
    public void Derive_OfEveryVectorOfHkdf_GivesItsOutput()
    {
        (int shaped, int direct, int refused) = (0, 0, 0);
        JsonElement[] groups = Groups("hkdf_sha256_test.json");
        foreach (JsonElement test in groups.SelectMany(Tests))
        {
            int size = test.GetProperty("size").GetInt32();
            if (Result(test) == "invalid")
            {
                // More than 255 hashes: the framework asks for three at most.
                Assert.That(size, Is.GreaterThan(255 * NoiseHash.BytesCount), Name(test));
                refused++;
                continue;
            }

            byte[] okm = test.Hex("okm");
            Assert.That(Hkdf(test.Hex("salt"), test.Hex("ikm"), test.Hex("info"), size), Is.EqualTo(okm), Name(test));
            shaped++;

            // Where the vector has no info, the framework's own derivation has to give the same.
            if (test.Hex("info").Length == 0)
            {
                byte[] outputs = new byte[3 * NoiseHash.BytesCount];
                NoiseHash.Derive(test.Hex("salt"), test.Hex("ikm"), outputs);
                int common = Math.Min(size, outputs.Length);
                Assert.That(outputs[..common], Is.EqualTo(okm[..common]), Name(test));
                direct++;
            }
        }

        TestContext.Out.WriteLine($"{shaped} through HKDF over the product's HMAC, {direct} of them through the "
            + $"product's derivation too (no info), {refused} too large to ask for");
        Assert.That(shaped, Is.EqualTo(83));
        Assert.That(direct, Is.GreaterThan(5));
        Assert.That(refused, Is.EqualTo(3));
    }

    [TestCase("ecdh_secp256r1_ecpoint_test.json", false, false)]
    [TestCase("ecdh_secp256r1_ecpoint_test.json", false, true)]
    [TestCase("ecdh_secp256r1_test.json", true, false)]
    [TestCase("ecdh_secp256r1_test.json", true, true)]
    public void P256_OfEveryVector_AgreesOrRefuses(string file, bool asn, bool byPlatform)
    {
        (int valid, int invalid, int strict) = (0, 0, 0);
        JsonElement[] groups = Groups(file);
        foreach (JsonElement test in groups.SelectMany(Tests))
        {
            byte[] encoded = test.Hex("public");
            bool imported = asn
                ? P256PublicKey.TryImportSubjectPublicKeyInfo(encoded, out P256PublicKey? peer)
                : P256PublicKey.TryImport(encoded, byPlatform || !OpenSslP256.IsUsable, out peer);
            string result = Result(test);

            // What others may accept (compressed points, explicit parameters, odd DER) is refused here.
            Assert.That(imported, Is.EqualTo(result == "valid"), Name(test));
            if (imported)
            {
                using P256KeyPair own = P256KeyPair.FromScalar(Scalar(test.Hex("private")), byPlatform);
                byte[] secret = new byte[P256.CoordinateBytes];
                Assert.That(own.TryAgree(peer!, secret), Name(test));
                Assert.That(secret, Is.EqualTo(test.Hex("shared")), Name(test));
                peer!.Dispose();
                valid++;
            }
            else
            {
                _ = result == "invalid" ? invalid++ : strict++;
            }
        }

        Report(groups, valid, invalid);
        TestContext.Out.WriteLine($"{strict} acceptable to others, refused here");
        Assert.That(valid, Is.EqualTo(330));
        Assert.That(strict, Is.EqualTo(asn ? 230 : 1));
        Assert.That(invalid, Is.EqualTo(asn ? 52 : 24));
    }

    private static byte[] Hkdf(byte[] salt, byte[] inputKey, byte[] info, int size)
    {
        byte[] derived = new byte[NoiseHash.BytesCount];
        NoiseHash.Hmac(salt, inputKey, derived);
        List<byte> output = [];
        byte[] block = [];
        for (byte number = 1; output.Count < size; number++)
        {
            byte[] next = new byte[NoiseHash.BytesCount];
            NoiseHash.Hmac(derived, [.. block, .. info, number], next);
            block = next;
            output.AddRange(block);
        }

        return [.. output.Take(size)];
    }

    // The vectors write numbers as DER does: a zero in front of a high bit, none where there are leading zeros.
    private static byte[] Scalar(byte[] number)
    {
        byte[] scalar = new byte[P256.CoordinateBytes];
        ReadOnlySpan<byte> digits = number.AsSpan().TrimStart((byte)0);
        digits.CopyTo(scalar.AsSpan(scalar.Length - digits.Length));
        return scalar;
    }

    private static void Report(JsonElement[] groups, int valid, int invalid) => TestContext.Out.WriteLine(
        $"{valid} valid and {invalid} invalid vectors, of {groups.SelectMany(Tests).Count()} in the file");

    private static JsonElement[] Groups(string file) =>
        [.. PublicVectors.Read(file).GetProperty("testGroups").EnumerateArray()];

    private static IEnumerable<JsonElement> Tests(JsonElement group) => group.GetProperty("tests").EnumerateArray();

    private static bool HasSize(JsonElement group, string name, int value) =>
        group.GetProperty(name).GetInt32() == value;

    private static string Result(JsonElement test) => test.Text("result");

    private static string Name(JsonElement test) => $"tcId {test.GetProperty("tcId")}: {test.Text("comment")}";
}
