using System;
using System.Linq;
using NetworkProtocol.Fast.Session.Noise;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session.Noise;

/// <summary>Both sides of a handshake of any pattern, with fresh keys as the pattern needs them.</summary>
internal sealed class NoisePair : IDisposable
{
    private readonly DhKeyPair initiatorStatic;
    private readonly DhKeyPair responderStatic;

    internal NoisePair(string pattern, DhFunction dh, Func<bool, byte[][]>? preSharedKeys = null)
    {
        initiatorStatic = dh.Generate();
        responderStatic = dh.Generate();
        HandshakePattern specified = SpecifiedPatterns.Get(pattern);
        int keys = specified.Count(HandshakeToken.Psk);
        preSharedKeys ??= _ => [.. Enumerable.Range(0, keys).Select(static i => NewKey((byte)(i + 1)))];
        Initiator = Side(specified, dh, true, specified.ResponderIsKnown ? responderStatic : null, preSharedKeys(true));
        DhKeyPair? known = specified.InitiatorIsKnown ? initiatorStatic : null;
        Responder = Side(specified, dh, false, known, preSharedKeys(false));
    }

    internal HandshakeState Initiator { get; }

    internal HandshakeState Responder { get; }

    internal HandshakeState Writer => Initiator.IsOwnTurn ? Initiator : Responder;

    internal HandshakeState Reader => Initiator.IsOwnTurn ? Responder : Initiator;

    internal static byte[] NewKey(byte value) => [.. Enumerable.Repeat(value, HandshakeState.PreSharedKeyBytes)];

    /// <summary>The next message, written.</summary>
    internal byte[] Write(params byte[] payload)
    {
        byte[] message = new byte[payload.Length + Writer.NextOverheadBytes];
        HandshakeState writer = Writer;
        Assert.That(writer.Write(payload, message, out int written), Is.EqualTo(NoiseStatus.Done));
        Assert.That(written, Is.EqualTo(message.Length));
        return message;
    }

    /// <summary>Runs messages until so many have passed.</summary>
    internal void Pass(int messages)
    {
        for (int i = 0; i < messages; i++)
        {
            HandshakeState reader = Reader;
            byte[] message = Write((byte)i);
            Assert.That(reader.Read(message, new byte[1], out _), Is.EqualTo(NoiseStatus.Done), $"message {i}");
        }
    }

    public void Dispose()
    {
        Initiator.Dispose();
        Responder.Dispose();
        initiatorStatic.Dispose();
        responderStatic.Dispose();
    }

    private HandshakeState Side(
        HandshakePattern pattern, DhFunction dh, bool isInitiator, DhKeyPair? remote, byte[][] preSharedKeys) =>
        new(new HandshakeOptions
        {
            Pattern = pattern,
            Dh = dh,
            IsInitiator = isInitiator,
            Prologue = "prologue"u8.ToArray(),
            LocalStatic = isInitiator ? initiatorStatic : responderStatic,
            RemoteStatic = remote is null ? default : remote.PublicKey.ToArray(),
            PreSharedKeys = [.. preSharedKeys.Select(static key => new ReadOnlyMemory<byte>(key))],
        });
}
