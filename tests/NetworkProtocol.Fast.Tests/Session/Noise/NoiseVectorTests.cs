using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using NetworkProtocol.Fast.Session.Noise;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session.Noise;

/// <summary>The public vectors of other implementations, run through the state machine that the product uses.</summary>
internal sealed class NoiseVectorTests
{
    private static readonly X25519 Dh = new();

    [TestCase("noise-cacophony.json", 59)]
    [TestCase("noise-snow.json", 51)]
    public void Handshake_OfEveryPublicVector_GivesItsBytes(string file, int expected)
    {
        int messages = 0;
        int hashes = 0;
        string[] names = [];
        foreach (JsonElement vector in PublicVectors.Read(file).GetProperty("vectors").EnumerateArray())
        {
            names = [.. names, vector.Text("protocol_name")];
            messages += Run(vector);
            hashes += vector.HexOrNull("handshake_hash") is null ? 0 : 1;
        }

        TestContext.Out.WriteLine($"{names.Length} vectors, {messages} messages, {hashes} handshake hashes");
        Assert.That(names, Has.Length.EqualTo(expected).And.Unique);
    }

    [TestCase("NX")]
    [TestCase("XX")]
    public void Product_Patterns_AreThoseOfTheSpecification(string name)
    {
        HandshakePattern specified = SpecifiedPatterns.Get(name);
        HandshakePattern product = name == "NX" ? HandshakePattern.NX : HandshakePattern.XX;
        Assert.That(product.Name, Is.EqualTo(name));
        Assert.That(product.Messages, Is.EqualTo(specified.Messages));
        Assert.That(product.InitiatorIsKnown || product.ResponderIsKnown, Is.False);
    }

    private static int Run(JsonElement vector)
    {
        string name = vector.Text("protocol_name");
        using HandshakeState initiator = Side(vector, "init", isInitiator: true);
        using HandshakeState responder = Side(vector, "resp", isInitiator: false);
        JsonElement[] messages = [.. vector.GetProperty("messages").EnumerateArray()];
        int count = 0;
        while (!initiator.IsFinished)
        {
            (HandshakeState writer, HandshakeState reader) =
                initiator.IsOwnTurn ? (initiator, responder) : (responder, initiator);
            byte[] payload = messages[count].Hex("payload");
            byte[] message = new byte[payload.Length + writer.NextOverheadBytes];
            byte[] read = new byte[payload.Length];
            Assert.That(reader.NextOverheadBytes, Is.EqualTo(writer.NextOverheadBytes), name);
            Assert.That(writer.Write(payload, message, out int written), Is.EqualTo(NoiseStatus.Done), name);
            Assert.That(written, Is.EqualTo(message.Length), name);
            Assert.That(message, Is.EqualTo(messages[count].Hex("ciphertext")), $"{name}, message {count}");
            Assert.That(reader.Read(message, read, out int readBytes), Is.EqualTo(NoiseStatus.Done), name);
            Assert.That(read[..readBytes], Is.EqualTo(payload), $"{name}, payload {count}");
            count++;
        }

        Assert.That(responder.IsFinished, name);
        Assert.That(responder.Hash.SequenceEqual(initiator.Hash), name);
        if (vector.HexOrNull("handshake_hash") is { } hash)
        {
            Assert.That(initiator.Hash.ToArray(), Is.EqualTo(hash), name);
        }

        Assert.That(messages, Has.Length.GreaterThan(count), $"{name} has no transport message");
        Transport(name, initiator, responder, messages[count..], firstIsInitiators: count % 2 == 0);
        return messages.Length;
    }

    private static void Transport(
        string name, HandshakeState initiator, HandshakeState responder, JsonElement[] messages, bool firstIsInitiators)
    {
        NoiseStatus split = initiator.Split(out CipherState? forward, out CipherState? backwardIn);
        Assert.That(split, Is.EqualTo(NoiseStatus.Done));
        split = responder.Split(out CipherState? backward, out CipherState? forwardIn);
        Assert.That(split, Is.EqualTo(NoiseStatus.Done));
        bool oneWay = backward is null;
        Assert.That(backwardIn is null, Is.EqualTo(oneWay), name);
        bool fromInitiator = firstIsInitiators || oneWay;
        foreach (JsonElement vector in messages)
        {
            CipherState sender = fromInitiator ? forward! : backward!;
            CipherState receiver = fromInitiator ? forwardIn! : backwardIn!;
            byte[] payload = vector.Hex("payload");
            byte[] message = new byte[payload.Length + sender.OverheadBytes];
            Assert.That(sender.Encrypt(default, payload, message, out _), Is.EqualTo(NoiseStatus.Done), name);
            Assert.That(message, Is.EqualTo(vector.Hex("ciphertext")), $"{name}, transport");
            Assert.That(receiver.Decrypt(default, message, message, out int bytes), Is.EqualTo(NoiseStatus.Done), name);
            Assert.That(message[..bytes], Is.EqualTo(payload), $"{name}, transport payload");
            fromInitiator = oneWay || !fromInitiator;
        }

        forward!.Dispose();
        forwardIn!.Dispose();
        backward?.Dispose();
        backwardIn?.Dispose();
    }

    private static HandshakeState Side(JsonElement vector, string side, bool isInitiator)
    {
        string name = vector.Text("protocol_name");
        Assert.That(name, Does.StartWith("Noise_").And.EndsWith("_25519_AESGCM_SHA256"));
        List<ReadOnlyMemory<byte>> preSharedKeys = vector.TryGetProperty($"{side}_psks", out JsonElement keys)
            ? [.. keys.EnumerateArray().Select(static key => Convert.FromHexString(key.GetString()!).AsMemory())]
            : [];
        return new HandshakeState(new HandshakeOptions
        {
            Pattern = SpecifiedPatterns.Get(name.Split('_')[1]),
            Dh = Dh,
            IsInitiator = isInitiator,
            Prologue = vector.Hex($"{side}_prologue"),
            LocalStatic = vector.HexOrNull($"{side}_static") is { } key ? X25519.FromScalar(key) : null,
            LocalEphemeral = vector.HexOrNull($"{side}_ephemeral") is { } once ? X25519.FromScalar(once) : null,
            RemoteStatic = vector.HexOrNull($"{side}_remote_static"),
            PreSharedKeys = preSharedKeys,
        });
    }
}
