using System;
using System.Buffers.Binary;
using System.Linq;
using System.Security.Cryptography;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Session.Noise;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session;

[TestFixture(false)]
[TestFixture(true)]
internal sealed class SessionHandshakeTests(bool authenticate)
{
    [Test]
    public void Handshake_Done_BothKnowEachOtherAndExchangeRecords()
    {
        using var pair = new SessionPair(authenticate);
        Assert.That(pair.ReadFirst(pair.Start()), Is.EqualTo(HandshakeStatus.Done));
        Assert.That(pair.Server.ClientAuthenticates, Is.EqualTo(authenticate));
        Assert.That(pair.Server.ClientUnixMs, Is.EqualTo(SessionPair.ClientMs));
        Assert.That(pair.Server.ClientNonce.ToArray(), Is.EqualTo(SessionPair.Nonce));
        byte[] response = pair.Respond();
        Assert.That(pair.Server.NeedsFinal, Is.EqualTo(authenticate));
        Assert.That(pair.Client.ServerStatic.IsEmpty, "nothing is proven yet");
        Assert.That(pair.ReadResponse(response), Is.EqualTo(HandshakeStatus.Done));
        Assert.That(pair.Client.ServerStatic.ToArray(), Is.EqualTo(pair.ServerStatic));
        Assert.That(pair.Client.ServerUnixMs, Is.EqualTo(SessionPair.ServerMs));
        Assert.That(pair.Client.NeedsFinish, Is.EqualTo(authenticate));
        if (authenticate)
        {
            Assert.That(pair.Client.TryTakeKeys(out _), Is.False, "a message is missing");
            Assert.That(pair.Server.TryTakeKeys(out _), Is.False, "a message is missing");
            Assert.That(pair.Server.ClientStatic.IsEmpty, "nothing is proven yet");
            Assert.That(pair.ReadFinal(pair.Finish()), Is.EqualTo(HandshakeStatus.Done));
        }

        byte[] clientStatic = authenticate ? pair.ClientStatic : [];
        Assert.That(pair.Server.ClientStatic.ToArray(), Is.EqualTo(clientStatic));
        Assert.That(pair.TakeKeys());
        Assert.That(pair.ClientKeys.PeerStatic.ToArray(), Is.EqualTo(pair.ServerStatic));
        Assert.That(pair.ServerKeys.PeerStatic.ToArray(), Is.EqualTo(clientStatic));
        Assert.That(pair.ClientKeys.HandshakeHash.ToArray(), Is.EqualTo(pair.ServerKeys.HandshakeHash.ToArray()));
        Exchange(pair.ClientKeys.Sealer, pair.ServerKeys.Opener);
        Exchange(pair.ServerKeys.Sealer, pair.ClientKeys.Opener);
    }

    [Test]
    public void Handshake_WithItsOwnRandomness_DiffersEachTime()
    {
        using P256KeyPair identity = P256KeyPair.Generate();
        byte[][] starts = [.. Enumerable.Range(0, 2).Select(_ =>
        {
            using var client = new ClientHandshake(
                new ClientHandshakeOptions { UnixMs = 1, Identity = authenticate ? identity : null });
            byte[] output = new byte[HandshakeLayout.StartOutputBytes];
            Assert.That(client.Start(output, out int _), Is.EqualTo(HandshakeStatus.Done));
            return output;
        })];
        const int PointAt = HandshakeLayout.OpeningBytes + HandshakeLayout.LengthBytes;
        Assert.That(starts[0][PointAt..(PointAt + 65)], Is.Not.EqualTo(starts[1][PointAt..(PointAt + 65)]));
        Assert.That(starts[0][^16..], Is.Not.EqualTo(starts[1][^16..]));
    }

    [Test]
    public void Steps_InWrongOrder_AreNamedAndChangeNothing()
    {
        using var pair = new SessionPair(authenticate);
        byte[] room = new byte[256];
        Assert.That(pair.Client.ReadResponse(room), Is.EqualTo(HandshakeStatus.WrongStep));
        Assert.That(pair.Client.Finish(room, out _), Is.EqualTo(HandshakeStatus.WrongStep));
        Assert.That(pair.Client.TryTakeKeys(out _), Is.False);
        Assert.That(pair.TryRespond(new byte[204]), Is.EqualTo(HandshakeStatus.WrongStep));
        Assert.That(pair.Server.ReadFinal(room), Is.EqualTo(HandshakeStatus.WrongStep));
        Assert.That(pair.Server.TryTakeKeys(out _), Is.False);

        byte[] start = pair.Start();
        Assert.That(pair.Client.Start(room, out _), Is.EqualTo(HandshakeStatus.WrongStep));
        Assert.That(pair.ReadFirst(start), Is.EqualTo(HandshakeStatus.Done));
        Assert.That(pair.ReadFirst(start), Is.EqualTo(HandshakeStatus.WrongStep));
        Assert.That(pair.Server.ReadFinal(room), Is.EqualTo(HandshakeStatus.WrongStep));
        byte[] response = pair.Respond();
        Assert.That(pair.ReadResponse(response), Is.EqualTo(HandshakeStatus.Done));
        Assert.That(pair.ReadResponse(response), Is.EqualTo(HandshakeStatus.WrongStep));
        if (authenticate)
        {
            Assert.That(pair.ReadFinal(pair.Finish()), Is.EqualTo(HandshakeStatus.Done));
        }

        Assert.That(pair.Client.Finish(room, out _), Is.EqualTo(HandshakeStatus.WrongStep));
        Assert.That(pair.Server.ReadFinal(room), Is.EqualTo(HandshakeStatus.WrongStep));
        Assert.That(pair.TakeKeys());
        Assert.That(pair.Client.TryTakeKeys(out _), Is.False, "once");
        Assert.That(pair.Server.TryTakeKeys(out _), Is.False, "once");
        Assert.That(pair.Client.Start(room, out _), Is.EqualTo(HandshakeStatus.Ended));
        Assert.That(pair.Server.ReadFirst(0, room), Is.EqualTo(HandshakeStatus.Ended));
    }

    [Test]
    public void Message_OfAnyOtherLength_IsRefusedForGood()
    {
        for (int bytes = 0; bytes <= 256; bytes++)
        {
            using var pair = new SessionPair(authenticate);
            byte[] start = pair.Start();
            byte negotiation = authenticate ? SecureOpening.ClientAuthenticates : (byte)0;
            if (bytes != HandshakeLayout.FirstBytes)
            {
                using var server = new SessionPair(authenticate);
                Assert.That(server.Server.ReadFirst(negotiation, new byte[bytes]),
                    Is.EqualTo(HandshakeStatus.WrongLength));
                Assert.That(server.ReadFirst(start), Is.EqualTo(HandshakeStatus.Ended));
            }

            if (bytes != HandshakeLayout.ResponseBytes)
            {
                Assert.That(pair.Client.ReadResponse(new byte[bytes]), Is.EqualTo(HandshakeStatus.WrongLength));
                Assert.That(pair.Client.ReadResponse(new byte[202]), Is.EqualTo(HandshakeStatus.Ended));
            }

            if (authenticate && bytes != HandshakeLayout.FinalBytes)
            {
                Assert.That(pair.ReadFirst(start), Is.EqualTo(HandshakeStatus.Done));
                pair.Respond();
                Assert.That(pair.Server.ReadFinal(new byte[bytes]), Is.EqualTo(HandshakeStatus.WrongLength));
                Assert.That(pair.Server.ReadFinal(new byte[97]), Is.EqualTo(HandshakeStatus.Ended));
            }
        }
    }

    [Test]
    public void Output_TooSmall_IsTheCallersFault()
    {
        using var pair = new SessionPair(authenticate);
        Assert.That(() => pair.Client.Start(new byte[95], out _), Throws.InstanceOf<ArgumentException>());
        Assert.That(pair.ReadFirst(pair.Start()), Is.EqualTo(HandshakeStatus.Done));
        Assert.That(() => pair.TryRespond(new byte[203]), Throws.InstanceOf<ArgumentException>());
        Assert.That(pair.ReadResponse(pair.Respond()), Is.EqualTo(HandshakeStatus.Done));
        if (authenticate)
        {
            Assert.That(() => pair.Client.Finish(new byte[98], out _), Throws.InstanceOf<ArgumentException>());
            Assert.That(pair.ReadFinal(pair.Finish()), Is.EqualTo(HandshakeStatus.Done));
        }
    }

    [Test]
    public void Time_ThatNoClockShows_IsTooLargeRatherThanNegative()
    {
        using var pair = new SessionPair(authenticate);
        byte[] start = pair.Start();
        start.AsSpan(5 + 2 + 65, 8).Fill(0xFF);
        Assert.That(pair.ReadFirst(start), Is.EqualTo(HandshakeStatus.Done));
        Assert.That(pair.Server.ClientUnixMs, Is.EqualTo(long.MaxValue));
    }

    [Test]
    public void Response_WithTheHashOfAnotherNonce_IsForeign()
    {
        using var pair = new SessionPair(authenticate);
        byte[] start = pair.Start();
        byte[] otherHash = SHA256.HashData([.. SessionPair.Nonce.Reverse()]);
        Assert.That(pair.ReadResponse(Answer(start, otherHash)), Is.EqualTo(HandshakeStatus.ForeignResponse));
        Assert.That(pair.Client.ServerStatic.IsEmpty);
        Assert.That(pair.Client.TryTakeKeys(out _), Is.False);
        Assert.That(pair.Client.Finish(new byte[99], out _), Is.EqualTo(HandshakeStatus.Ended));

        // The same server with the right hash is fine: it is the hash that was refused.
        using var right = new SessionPair(authenticate);
        byte[] hash = SHA256.HashData(SessionPair.Nonce);
        Assert.That(right.ReadResponse(Answer(right.Start(), hash)), Is.EqualTo(HandshakeStatus.Done));
    }

    [Test]
    public void Response_ToAnotherClient_IsRefused()
    {
        using var pair = new SessionPair(authenticate);
        pair.Start();
        using P256KeyPair identity = P256KeyPair.Generate();
        using var other = new ClientHandshake(
            new ClientHandshakeOptions { UnixMs = SessionPair.ClientMs, Identity = authenticate ? identity : null });
        byte[] start = new byte[HandshakeLayout.StartOutputBytes];
        Assert.That(other.Start(start, out _), Is.EqualTo(HandshakeStatus.Done));
        Assert.That(pair.ReadFirst(start), Is.EqualTo(HandshakeStatus.Done));
        Assert.That(pair.ReadResponse(pair.Respond()), Is.EqualTo(HandshakeStatus.AuthenticationFailed));
    }

    [Test]
    public void Disposed_Handshake_DoesNothingMore()
    {
        using var pair = new SessionPair(authenticate);
        byte[] start = pair.Start();
        Assert.That(pair.ReadFirst(start), Is.EqualTo(HandshakeStatus.Done));
        byte[] response = pair.Respond();
        pair.Client.Dispose();
        pair.Server.Dispose();
        Assert.That(pair.ReadResponse(response), Is.EqualTo(HandshakeStatus.Ended));
        Assert.That(pair.Server.ReadFinal(new byte[97]), Is.EqualTo(HandshakeStatus.Ended));
        Assert.That(pair.TakeKeys(), Is.False);
    }

    [Test]
    public void Options_ThatMakeNoSense_AreTheCallersFault()
    {
        Assert.That(() => new ClientHandshake(new ClientHandshakeOptions { UnixMs = 1, Nonce = new byte[15] }),
            Throws.ArgumentException);
        Assert.That(() => new ClientHandshake(new ClientHandshakeOptions { UnixMs = -1 }),
            Throws.InstanceOf<ArgumentException>());
    }

    // What a server with the same keys answers, with any hash.
    private byte[] Answer(byte[] start, byte[] hash)
    {
        using P256KeyPair identity = P256KeyPair.FromScalar(SessionPair.Counting(0x01, 32));
        using var noise = new HandshakeState(new HandshakeOptions
        {
            Pattern = authenticate ? HandshakePattern.XX : HandshakePattern.NX,
            Dh = P256.Instance,
            IsInitiator = false,
            Prologue = start.AsMemory(0, 5),
            LocalStatic = identity,
        });
        byte[] message = new byte[HandshakeLayout.RespondOutputBytes];
        BinaryPrimitives.WriteUInt16BigEndian(message, HandshakeLayout.ResponseBytes);
        byte[] payload = [.. new byte[8], .. hash];
        Assert.That(noise.Read(start.AsSpan(7), new byte[24], out _), Is.EqualTo(NoiseStatus.Done));
        Assert.That(noise.Write(payload, message.AsSpan(2), out _), Is.EqualTo(NoiseStatus.Done));
        return message;
    }

    private static void Exchange(RecordSealer sealer, RecordOpener opener)
    {
        byte[] record = new byte[1000 + RecordLayout.OverheadBytes];
        byte[] opened = new byte[1000];
        for (int bytes = 1; bytes <= 1000; bytes += 111)
        {
            byte[] plaintext = SessionPair.Counting((byte)bytes, bytes);
            Assert.That(sealer.Seal(plaintext, record, out int sealedBytes), Is.EqualTo(RecordStatus.Done));
            Assert.That(opener.TryOpen(record.AsSpan(2, sealedBytes - 2), opened, out int openedBytes),
                Is.EqualTo(RecordStatus.Done));
            Assert.That(opened[..openedBytes], Is.EqualTo(plaintext));
        }
    }
}
