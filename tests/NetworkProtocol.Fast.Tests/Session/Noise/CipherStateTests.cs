using System;
using System.Security.Cryptography;
using NetworkProtocol.Fast.Session.Noise;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session.Noise;

internal sealed class CipherStateTests
{
    private static readonly byte[] Key = SHA256.HashData("a key"u8);

    [Test]
    public void Encrypt_WithoutAKey_PassesBytesAsTheyAre()
    {
        using var cipher = new CipherState();
        byte[] output = new byte[3];
        Assert.That(cipher.Encrypt("associated"u8, [1, 2, 3], output, out int written), Is.EqualTo(NoiseStatus.Done));
        Assert.That((written, output), Is.EqualTo((3, new byte[] { 1, 2, 3 })));
        Assert.That(cipher.OverheadBytes, Is.Zero);
        Assert.That(cipher.Rekey(), Is.EqualTo(NoiseStatus.WrongStep));
    }

    [Test]
    public void Encrypt_WithAKey_CountsNoncesBigEndianBehindFourZeros()
    {
        using var cipher = new CipherState(Key);
        cipher.SetNonce(0x0102030405060708);
        byte[] output = new byte[4 + CipherState.TagBytes];
        Assert.That(cipher.Encrypt([9], [1, 2, 3, 4], output, out _), Is.EqualTo(NoiseStatus.Done));
        Assert.That(output, Is.EqualTo(Sealed(Key, [0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4], [9])));
        Assert.That(cipher.Nonce, Is.EqualTo(0x0102030405060709));
    }

    [Test]
    public void Rekey_OfBothDirections_UsesTheReservedNonceAndCountsOn()
    {
        byte[] reserved = [0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255];
        byte[] next = Sealed(Key, reserved, new byte[32], [])[..32];
        using var sender = new CipherState(Key);
        using var receiver = new CipherState(Key);
        byte[] message = new byte[1 + CipherState.TagBytes];
        byte[] plaintext = new byte[1];
        for (byte n = 0; n < 2; n++)
        {
            Assert.That(sender.Encrypt(default, [n], message, out _), Is.EqualTo(NoiseStatus.Done));
            Assert.That(receiver.Decrypt(default, message, plaintext, out _), Is.EqualTo(NoiseStatus.Done));
        }

        Assert.That(sender.Rekey(), Is.EqualTo(NoiseStatus.Done));
        Assert.That(sender.Encrypt(default, [7], message, out _), Is.EqualTo(NoiseStatus.Done));
        Assert.That(message, Is.EqualTo(Sealed(next, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2], [7], [])));
        Assert.That(receiver.Decrypt(default, message, plaintext, out _), Is.EqualTo(NoiseStatus.AuthenticationFailed),
            "the receiver still has the old key");
        Assert.That(receiver.Rekey(), Is.EqualTo(NoiseStatus.Done));
        Assert.That(receiver.Decrypt(default, message, plaintext, out _), Is.EqualTo(NoiseStatus.Done));
        Assert.That(plaintext, Is.EqualTo(new byte[] { 7 }));
    }

    [Test]
    public void Rest_BetweenMessages_KeepsKeyAndCounter()
    {
        using var sender = new CipherState(Key);
        using var receiver = new CipherState(Key);
        byte[] message = new byte[1 + CipherState.TagBytes];
        byte[] plaintext = new byte[1];
        for (byte n = 0; n < 3; n++)
        {
            Assert.That(sender.Encrypt(default, [n], message, out _), Is.EqualTo(NoiseStatus.Done));
            Assert.That(message, Is.EqualTo(Sealed(Key, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, n], [n], [])));
            Assert.That(receiver.Decrypt(default, message, plaintext, out _), Is.EqualTo(NoiseStatus.Done));
            sender.Rest();
            sender.Rest();
            receiver.Rest();
        }

        Assert.That(sender.Rekey(), Is.EqualTo(NoiseStatus.Done), "a resting cipher makes its next key too");
        sender.Dispose();
        sender.Rest();
        Assert.That(sender.Encrypt(default, [1], message, out _), Is.EqualTo(NoiseStatus.Ended));
    }

    [Test]
    public void Nonce_AtTheReservedOne_EncryptsAndDecryptsNoMore()
    {
        using var sender = new CipherState(Key);
        using var receiver = new CipherState(Key);
        sender.SetNonce(CipherState.NonceReserved - 1);
        receiver.SetNonce(CipherState.NonceReserved - 1);
        byte[] message = new byte[CipherState.TagBytes];
        Assert.That(sender.Encrypt(default, default, message, out _), Is.EqualTo(NoiseStatus.Done));
        Assert.That(receiver.Decrypt(default, message, default, out _), Is.EqualTo(NoiseStatus.Done));
        Assert.That(sender.Encrypt(default, default, message, out int written), Is.EqualTo(NoiseStatus.NonceExhausted));
        Assert.That(written, Is.Zero);
        Assert.That(receiver.Decrypt(default, message, default, out _), Is.EqualTo(NoiseStatus.NonceExhausted));
    }

    [Test]
    public void Decrypt_WhatIsNotFromTheSender_IsRefusedAndZeroed()
    {
        byte[] message = Sealed(Key, new byte[12], [1, 2, 3], [4]);
        using var cipher = new CipherState(Key);
        byte[] plaintext = [9, 9, 9];
        Assert.That(cipher.Decrypt([5], message, plaintext, out _), Is.EqualTo(NoiseStatus.AuthenticationFailed));
        Assert.That(plaintext, Is.All.Zero);
        for (int bytes = 0; bytes < message.Length; bytes++)
        {
            NoiseStatus expected = bytes < CipherState.TagBytes
                ? NoiseStatus.MessageTooShort : NoiseStatus.AuthenticationFailed;
            NoiseStatus status = cipher.Decrypt([4], message.AsSpan(0, bytes), plaintext, out _);
            Assert.That(status, Is.EqualTo(expected), $"{bytes} bytes");
        }

        Assert.That(cipher.Decrypt([4], message, plaintext, out _), Is.EqualTo(NoiseStatus.Done), "the counter stayed");
        Assert.That(plaintext, Is.EqualTo(new byte[] { 1, 2, 3 }));
    }

    [Test]
    public void Disposed_PassesNothing()
    {
        var cipher = new CipherState(Key);
        cipher.Dispose();
        cipher.Dispose();
        byte[] output = new byte[32];
        Assert.That(cipher.Encrypt(default, [1, 2, 3], output, out int written), Is.EqualTo(NoiseStatus.Ended));
        Assert.That(cipher.Decrypt(default, new byte[16], output, out int read), Is.EqualTo(NoiseStatus.Ended));
        Assert.That(cipher.Rekey(), Is.EqualTo(NoiseStatus.Ended));
        Assert.That((written, read), Is.EqualTo((0, 0)));
        Assert.That(output, Is.All.Zero);
        Assert.That(() => cipher.InitializeKey(Key), Throws.TypeOf<ObjectDisposedException>());
    }

    private static byte[] Sealed(byte[] key, byte[] nonce, byte[] plaintext, byte[] associated)
    {
        using var aes = new AesGcm(key, CipherState.TagBytes);
        byte[] output = new byte[plaintext.Length + CipherState.TagBytes];
        aes.Encrypt(nonce, plaintext, output.AsSpan(0, plaintext.Length), output.AsSpan(plaintext.Length), associated);
        return output;
    }
}
