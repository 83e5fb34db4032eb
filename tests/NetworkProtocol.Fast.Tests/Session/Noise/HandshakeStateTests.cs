using System;
using System.Collections.Generic;
using System.Linq;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Session.Noise;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session.Noise;

internal sealed class HandshakeStateTests
{
    private static readonly X25519 Dh = new();

    private static IEnumerable<string> Patterns => SpecifiedPatterns.Names;

    [TestCaseSource(nameof(Patterns))]
    public void Handshake_OfEveryPatternOverP256_AgreesOnKeysBothWays(string name)
    {
        using var pair = new NoisePair(name, P256.Instance);
        pair.Pass(SpecifiedPatterns.Get(name).Messages.Count);
        Assert.That(pair.Initiator.Hash.SequenceEqual(pair.Responder.Hash));
        NoiseStatus status = pair.Initiator.Split(out CipherState? send, out CipherState? receive);
        Assert.That(status, Is.EqualTo(NoiseStatus.Done));
        status = pair.Responder.Split(out CipherState? back, out CipherState? forth);
        Assert.That(status, Is.EqualTo(NoiseStatus.Done));
        byte[] message = new byte[1 + CipherState.TagBytes];
        Assert.That(send!.Encrypt(default, [1], message, out _), Is.EqualTo(NoiseStatus.Done));
        Assert.That(forth!.Decrypt(default, message, message, out _), Is.EqualTo(NoiseStatus.Done));
        Assert.That((back is null, receive is null), Is.EqualTo((name.Length == 1, name.Length == 1)));
        if (back is not null)
        {
            Assert.That(back.Encrypt(default, [2], message, out _), Is.EqualTo(NoiseStatus.Done));
            Assert.That(forth.Decrypt(default, message, message, out _), Is.EqualTo(NoiseStatus.AuthenticationFailed),
                "the directions have keys of their own");
            back.SetNonce(0);
            Assert.That(back.Encrypt(default, [2], message, out _), Is.EqualTo(NoiseStatus.Done));
            Assert.That(receive!.Decrypt(default, message, message, out _), Is.EqualTo(NoiseStatus.Done));
        }

        send.Dispose();
        forth.Dispose();
        back?.Dispose();
        receive?.Dispose();
    }

    [TestCase("XX")]
    [TestCase("NX")]
    [TestCase("IKpsk1")]
    [TestCase("NNpsk0+psk2")]
    public void Message_CutAtEveryLength_IsRefusedForGood(string name)
    {
        HandshakePattern pattern = SpecifiedPatterns.Get(name);
        for (int index = 0; index < pattern.Messages.Count; index++)
        {
            for (int bytes = 0, whole = 1; bytes < whole; bytes++)
            {
                using var pair = new NoisePair(name, Dh);
                pair.Pass(index);
                HandshakeState reader = pair.Reader;
                int overhead = reader.NextOverheadBytes;
                byte[] message = pair.Write();
                whole = message.Length;
                NoiseStatus status = reader.Read(message.AsSpan(0, bytes), new byte[1], out int read);
                Assert.That(status, Is.EqualTo(NoiseStatus.MessageTooShort), $"message {index}, {bytes} bytes");
                Assert.That(read, Is.Zero);
                Assert.That(bytes, Is.LessThan(overhead), "an empty payload leaves nothing but overhead");
                Assert.That(reader.Read(message, new byte[1], out _), Is.EqualTo(NoiseStatus.Ended), "whole, too late");
            }
        }
    }

    [TestCase("XX", 1)]
    [TestCase("XX", 2)]
    [TestCase("IK", 0)]
    public void Message_WithBytesAppended_IsRefused(string name, int index)
    {
        using var pair = new NoisePair(name, Dh);
        pair.Pass(index);
        HandshakeState reader = pair.Reader;
        byte[] message = [.. pair.Write(1, 2, 3), 0];
        Assert.That(reader.Read(message, new byte[8], out _), Is.EqualTo(NoiseStatus.AuthenticationFailed));
    }

    [Test]
    public void Message_Of65535Bytes_IsTheLargest()
    {
        using var pair = new NoisePair("XX", Dh);
        byte[] payload = new byte[HandshakeState.MessageBytesMax - pair.Writer.NextOverheadBytes];
        HandshakeState reader = pair.Reader;
        byte[] message = pair.Write(payload);
        Assert.That(message, Has.Length.EqualTo(HandshakeState.MessageBytesMax));
        Assert.That(reader.Read(message, new byte[payload.Length], out int read), Is.EqualTo(NoiseStatus.Done));
        Assert.That(read, Is.EqualTo(payload.Length));

        byte[] large = new byte[HandshakeState.MessageBytesMax - pair.Writer.NextOverheadBytes + 1];
        HandshakeState writer = pair.Writer;
        Assert.That(writer.Write(large, new byte[70000], out _), Is.EqualTo(NoiseStatus.MessageTooLong));
        Assert.That(writer.Write(default, new byte[70000], out _), Is.EqualTo(NoiseStatus.Ended));

        using var other = new NoisePair("XX", Dh);
        Assert.That(other.Reader.Read(new byte[65536], new byte[70000], out _), Is.EqualTo(NoiseStatus.MessageTooLong));
    }

    [Test]
    public void Calls_InWrongOrder_AreNamedAndChangeNothing()
    {
        using var pair = new NoisePair("XX", Dh);
        byte[] room = new byte[512];
        Assert.That(pair.Initiator.Read(room, room, out _), Is.EqualTo(NoiseStatus.WrongStep));
        Assert.That(pair.Responder.Write(default, room, out _), Is.EqualTo(NoiseStatus.WrongStep));
        Assert.That(pair.Initiator.Split(out _, out _), Is.EqualTo(NoiseStatus.WrongStep));
        byte[] first = pair.Write();
        Assert.That(pair.Initiator.Write(default, room, out _), Is.EqualTo(NoiseStatus.WrongStep), "twice");
        Assert.That(pair.Responder.Read(first, room, out _), Is.EqualTo(NoiseStatus.Done));
        Assert.That(pair.Responder.Read(first, room, out _), Is.EqualTo(NoiseStatus.WrongStep), "twice");
        byte[] second = new byte[512];
        Assert.That(pair.Responder.Write(default, second, out int bytes), Is.EqualTo(NoiseStatus.Done));
        Assert.That(pair.Initiator.Read(second.AsSpan(0, bytes), room, out _), Is.EqualTo(NoiseStatus.Done));
        Assert.That(pair.Initiator.Write(default, second, out bytes), Is.EqualTo(NoiseStatus.Done));
        Assert.That(pair.Responder.Split(out _, out _), Is.EqualTo(NoiseStatus.WrongStep), "a message is missing");
        Assert.That(pair.Responder.Read(second.AsSpan(0, bytes), room, out _), Is.EqualTo(NoiseStatus.Done));
        Assert.That(pair.Responder.Write(default, room, out _), Is.EqualTo(NoiseStatus.WrongStep), "finished");
        NoiseStatus split = pair.Responder.Split(out CipherState? send, out CipherState? receive);
        Assert.That(split, Is.EqualTo(NoiseStatus.Done));
        Assert.That(pair.Responder.Split(out _, out _), Is.EqualTo(NoiseStatus.Ended), "once");
        send!.Dispose();
        receive!.Dispose();
    }

    [Test]
    public void Buffers_ThatDoNotFit_AreRefusedBeforeAnythingChanges()
    {
        using var pair = new NoisePair("XX", Dh);
        byte[] message = new byte[64];
        Assert.That(() => pair.Initiator.Write(new byte[33], message, out _), Throws.ArgumentException);
        Assert.That(() => pair.Initiator.Write(message.AsSpan(0, 8), message, out _), Throws.ArgumentException);
        Assert.That(pair.Initiator.Write(new byte[32], message, out _), Is.EqualTo(NoiseStatus.Done));
        Assert.That(() => pair.Responder.Read(message, new byte[31], out _), Throws.ArgumentException);
        Assert.That(() => pair.Responder.Read(message, message, out _), Throws.ArgumentException);
        Assert.That(pair.Responder.Read(message, new byte[32], out _), Is.EqualTo(NoiseStatus.Done));
    }

    [Test]
    public void Construction_WithKeysThatDoNotFitThePattern_IsRefused()
    {
        using DhKeyPair key = Dh.Generate();
        byte[] remote = key.PublicKey.ToArray();
        Assert.That(() => Create("XX", null, default), Throws.ArgumentException, "no static key");
        Assert.That(() => Create("NK", null, default), Throws.ArgumentException, "no key of the peer");
        Assert.That(() => Create("NX", null, remote), Throws.ArgumentException, "no place for a key of the peer");
        Assert.That(() => Create("NK", null, remote[..31]), Throws.ArgumentException, "no valid key of the peer");
        Assert.That(() => Create("NNpsk0", null, default), Throws.ArgumentException, "no psk");
        Assert.That(() => Create("NN", null, default, new byte[32]), Throws.ArgumentException, "no place for a psk");
        Assert.That(() => Create("NNpsk0", null, default, new byte[31]), Throws.ArgumentException, "a short psk");
        Create("XX", key, default).Dispose();
        Create("NK", null, remote).Dispose();
    }

    [Test]
    public void PreSharedKey_ThatDiffers_IsNoticed()
    {
        using var pair = new NoisePair("XXpsk3", Dh, static initiator => [NoisePair.NewKey((byte)(initiator ? 1 : 2))]);
        pair.Pass(2);
        Assert.That(pair.Responder.Read(pair.Write(), default, out _), Is.EqualTo(NoiseStatus.AuthenticationFailed));
    }

    [Test]
    public void PublicKey_ThatIsNoPoint_FailsAtItsStep()
    {
        using var pair = new NoisePair("XX", P256.Instance);
        byte[] first = pair.Write();
        first[1] ^= 1;
        Assert.That(pair.Responder.Read(first, new byte[1], out _), Is.EqualTo(NoiseStatus.InvalidPublicKey));
        Assert.That(pair.Responder.Read(first, new byte[1], out _), Is.EqualTo(NoiseStatus.Ended));
    }

    [Test]
    public void SharedSecret_OfZeros_FailsAtItsStep()
    {
        // The point 0 of X25519 has a small order: whatever is agreed with it is zero.
        using var pair = new NoisePair("NN", Dh);
        Assert.That(pair.Responder.Read(new byte[32], default, out _), Is.EqualTo(NoiseStatus.Done));
        NoiseStatus status = pair.Responder.Write(default, new byte[64], out int written);
        Assert.That(status, Is.EqualTo(NoiseStatus.InvalidPublicKey));
        Assert.That(written, Is.Zero);
    }

    [Test]
    public void Secrets_AfterFailureSplitAndDispose_AreZero()
    {
        using var failing = new NoisePair("XX", Dh);
        failing.Pass(1);
        AssertZeroed(failing.Initiator, state => state.Read(new byte[200], new byte[200], out _));
        AssertZeroed(failing.Responder, static state => state.Dispose());

        using var finishing = new NoisePair("XX", Dh);
        finishing.Pass(3);
        AssertZeroed(finishing.Initiator, static state =>
        {
            state.Split(out CipherState? send, out CipherState? receive);
            send!.Dispose();
            receive!.Dispose();
        });
        Assert.That(finishing.Initiator.RemoteStatic.IsEmpty);
    }

    private static void AssertZeroed(HandshakeState state, Action<HandshakeState> end)
    {
        Assert.That(state.Symmetric.ChainingKey.ToArray(), Has.Some.Not.Zero);
        end(state);
        Assert.That(state.Symmetric.ChainingKey.ToArray(), Is.All.Zero);
        Assert.That(state.Hash.ToArray(), Is.All.Zero);
        Assert.That(state.Symmetric.HasKey, Is.False);
    }

    private static HandshakeState Create(string pattern, DhKeyPair? local, byte[]? remote, params byte[][] psks) =>
        new(new HandshakeOptions
        {
            Pattern = SpecifiedPatterns.Get(pattern),
            Dh = Dh,
            IsInitiator = true,
            LocalStatic = local,
            RemoteStatic = remote,
            PreSharedKeys = [.. psks.Select(static key => new ReadOnlyMemory<byte>(key))],
        });
}
