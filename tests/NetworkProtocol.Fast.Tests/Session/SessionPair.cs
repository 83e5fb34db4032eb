using System;
using System.Buffers.Binary;
using NetworkProtocol.Fast.Session;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session;

/// <summary>A client and a server of one handshake, with the messages between them in the test's hands. All keys are
/// fixed, so that the same steps give the same bytes.</summary>
internal sealed class SessionPair : IDisposable
{
    internal const long ClientMs = 1_700_000_000_000;
    internal const long ServerMs = ClientMs + 25;

    internal static readonly byte[] Nonce = Counting(0xF0, 16);

    private readonly P256KeyPair serverKey = P256KeyPair.FromScalar(Counting(0x01, 32));
    private readonly P256KeyPair clientKey = P256KeyPair.FromScalar(Counting(0x21, 32));
    private SessionKeys? clientSide;
    private SessionKeys? serverSide;

    internal SessionPair(bool authenticate)
    {
        Authenticate = authenticate;
        Server = new ServerHandshake(serverKey);
        Client = new ClientHandshake(new ClientHandshakeOptions
        {
            UnixMs = ClientMs,
            Identity = authenticate ? clientKey : null,
            Ephemeral = P256KeyPair.FromScalar(Counting(0x61, 32)),
            Nonce = Nonce,
        });
    }

    internal bool Authenticate { get; }

    internal ClientHandshake Client { get; }

    internal ServerHandshake Server { get; }

    internal byte[] ServerStatic => serverKey.PublicKey.ToArray();

    internal byte[] ClientStatic => clientKey.PublicKey.ToArray();

    internal SessionKeys ClientKeys => clientSide!;

    internal SessionKeys ServerKeys => serverSide!;

    /// <summary>So many bytes that count up from the first.</summary>
    internal static byte[] Counting(byte first, int length)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = (byte)(first + i);
        }

        return bytes;
    }

    /// <summary>A pair whose handshake is done.</summary>
    internal static SessionPair Finished(bool authenticate, long recordsPerKey = RecordLayout.RecordsPerKey)
    {
        var pair = new SessionPair(authenticate);
        Assert.That(pair.ReadFirst(pair.Start()), Is.EqualTo(HandshakeStatus.Done));
        Assert.That(pair.ReadResponse(pair.Respond()), Is.EqualTo(HandshakeStatus.Done));
        if (authenticate)
        {
            Assert.That(pair.ReadFinal(pair.Finish()), Is.EqualTo(HandshakeStatus.Done));
        }

        Assert.That(pair.TakeKeys(recordsPerKey));
        return pair;
    }

    /// <summary>The client's opening and first message, as they go over the wire; so all that follow.</summary>
    internal byte[] Start()
    {
        byte[] output = new byte[HandshakeLayout.StartOutputBytes];
        Assert.That(Client.Start(output, out int written), Is.EqualTo(HandshakeStatus.Done));
        Assert.That(written, Is.EqualTo(output.Length));
        return output;
    }

    internal HandshakeStatus ReadFirst(byte[] wire) => Server.ReadFirst(wire[4], Message(wire.AsSpan(5)));

    internal byte[] Respond()
    {
        byte[] output = new byte[HandshakeLayout.RespondOutputBytes];
        Assert.That(TryRespond(output), Is.EqualTo(HandshakeStatus.Done));
        return output;
    }

    internal HandshakeStatus TryRespond(byte[] output)
    {
        HandshakeStatus status =
            Server.Respond(P256KeyPair.FromScalar(Counting(0x41, 32)), ServerMs, output, out int written);
        Assert.That(written, Is.EqualTo(status == HandshakeStatus.Done ? output.Length : 0));
        return status;
    }

    internal HandshakeStatus ReadResponse(byte[] wire) => Client.ReadResponse(Message(wire));

    internal byte[] Finish()
    {
        byte[] output = new byte[HandshakeLayout.FinishOutputBytes];
        Assert.That(Client.Finish(output, out int written), Is.EqualTo(HandshakeStatus.Done));
        Assert.That(written, Is.EqualTo(output.Length));
        return output;
    }

    internal HandshakeStatus ReadFinal(byte[] wire) => Server.ReadFinal(Message(wire));

    internal bool TakeKeys(long recordsPerKey = RecordLayout.RecordsPerKey) =>
        Client.TryTakeKeys(out clientSide, recordsPerKey) & Server.TryTakeKeys(out serverSide, recordsPerKey);

    public void Dispose()
    {
        clientSide?.Dispose();
        serverSide?.Dispose();
        Client.Dispose();
        Server.Dispose();
        clientKey.Dispose();
        serverKey.Dispose();
    }

    private static ReadOnlySpan<byte> Message(ReadOnlySpan<byte> wire)
    {
        Assert.That(BinaryPrimitives.ReadUInt16BigEndian(wire), Is.EqualTo(wire.Length - 2), "the length in front");
        return wire[2..];
    }
}
