using System;
using System.Security.Cryptography;
using NetworkProtocol.Fast.Session;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session;

internal sealed class KeyFingerprintTests
{
    // Thirty-two zero bytes, and how OpenSSL's base64 writes them.
    private const string Zeros = "sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    [Test]
    public void FromPoint_OfAKey_IsTheHashOfItsSubjectPublicKeyInfo()
    {
        using ECDiffieHellman key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        byte[] info = key.ExportSubjectPublicKeyInfo();

        KeyFingerprint fingerprint = KeyFingerprint.FromPoint(info.AsSpan(^65..));

        Assert.That(fingerprint.Bytes.ToArray(), Is.EqualTo(SHA256.HashData(info)));
        Assert.That(fingerprint, Is.EqualTo(KeyFingerprint.FromSubjectPublicKeyInfo(info)));
        Assert.That(fingerprint.ToString(), Is.EqualTo("sha256:" + Convert.ToBase64String(SHA256.HashData(info))));
    }

    [TestCase(64, 4)]
    [TestCase(66, 4)]
    [TestCase(0, 4)]
    [TestCase(65, 2)]
    [TestCase(65, 0)]
    public void FromPoint_NoUncompressedPoint_IsRefused(int length, byte first)
    {
        byte[] point = new byte[length];
        point.AsSpan(0, Math.Min(1, length)).Fill(first);
        Assert.That(() => KeyFingerprint.FromPoint(point), Throws.ArgumentException.With.Message.Contains("65 bytes"));
    }

    [TestCase(Zeros)]
    [TestCase("sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Parse_WithOrWithoutPadding_YieldsTheSame(string text)
    {
        KeyFingerprint fingerprint = KeyFingerprint.Parse(text);

        Assert.That(fingerprint.Bytes.ToArray(), Is.EqualTo(new byte[32]));
        Assert.That(fingerprint.ToString(), Is.EqualTo(Zeros));
        Assert.That(fingerprint.GetHashCode(), Is.EqualTo(KeyFingerprint.Parse(Zeros).GetHashCode()));
    }

    [TestCase("", "does not begin with sha256:")]
    [TestCase("SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "does not begin with sha256:")]
    [TestCase("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "does not begin with sha256:")]
    [TestCase(" " + Zeros, "does not begin with sha256:")]
    [TestCase("sha256:", "44 characters")]
    [TestCase(Zeros + "=", "44 characters")]
    [TestCase(Zeros + " ", "44 characters")]
    [TestCase("sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "44 characters")] // 33 bytes
    [TestCase("sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==", "44 characters")] // 31 bytes
    [TestCase("sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=", "44 characters")] // bits beyond the last byte
    [TestCase("sha256:AAAAAAAAAAAAAAAAAAAAA AAAAAAAAAAAAAAAAAAAAA=", "44 characters")]
    [TestCase("sha256:AAAAAAAAAAAAAAAAAAAAA-_AAAAAAAAAAAAAAAAAAAA=", "44 characters")] // base64url
    public void TryParse_AnythingElse_SaysWhatWasExpected(string text, string expected)
    {
        Assert.That(KeyFingerprint.TryParse(text, out KeyFingerprint? fingerprint, out string? error), Is.False);
        Assert.That(fingerprint, Is.Null);
        Assert.That(error, Does.Contain(expected));
        Assert.That(() => KeyFingerprint.Parse(text), Throws.TypeOf<FormatException>());
    }

    [Test]
    public void TryParse_AnyCharacterChanged_IsAnotherOrNone()
    {
        byte[] hash = RandomNumberGenerator.GetBytes(32);
        string text = "sha256:" + Convert.ToBase64String(hash);
        KeyFingerprint original = KeyFingerprint.Parse(text);
        for (int i = 0; i < text.Length; i++)
        {
            char[] changed = text.ToCharArray();
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            bool parsed = KeyFingerprint.TryParse(changed, out KeyFingerprint? other, out _);
            Assert.That(parsed && original.Equals(other), Is.False, new string(changed));
        }
    }

    [Test]
    public void Equals_OtherHashOrNothing_IsFalse()
    {
        KeyFingerprint one = KeyFingerprint.FromSubjectPublicKeyInfo([1]);
        Assert.That(one.Equals(KeyFingerprint.FromSubjectPublicKeyInfo([2])), Is.False);
        Assert.That(one, Is.Not.EqualTo(null));
        Assert.That(one.Equals((object)"sha256:"), Is.False);
    }
}
