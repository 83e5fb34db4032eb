using System;
using System.Collections.Generic;
using NetworkProtocol.Fast.Session;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session;

/// <summary>Whatever byte is changed on the way: one of the sides refuses at a step that can be told, none crashes, and
/// the one who refuses has no keys.</summary>
[TestFixture(false)]
[TestFixture(true)]
internal sealed class HandshakeTamperingTests(bool authenticate)
{
    private const int FirstAt = HandshakeLayout.OpeningBytes + HandshakeLayout.LengthBytes;

    [Test]
    public void Start_WithAnyByteChanged_IsRefusedBySomeSide([Values(0x01, 0x80, 0xFF)] int change)
    {
        var seen = new Dictionary<HandshakeStatus, int>();
        for (int at = HandshakeLayout.OpeningBytes - 1; at < HandshakeLayout.StartOutputBytes; at++)
        {
            if (at is HandshakeLayout.OpeningBytes or HandshakeLayout.OpeningBytes + 1)
            {
                // The length, which the link compares with the one it can be.
                continue;
            }

            using var pair = new SessionPair(authenticate);
            byte[] start = pair.Start();
            start[at] ^= (byte)change;
            HandshakeStatus expected = at switch
            {
                HandshakeLayout.OpeningBytes - 1 when !SecureOpening.IsKnown(start[at]) =>
                    HandshakeStatus.UnknownNegotiation,
                >= FirstAt and < FirstAt + P256.PointBytes => HandshakeStatus.InvalidPublicKey,
                _ => HandshakeStatus.AuthenticationFailed,
            };
            HandshakeStatus status = pair.ReadFirst(start);
            byte[] response = new byte[HandshakeLayout.RespondOutputBytes];
            if (status == HandshakeStatus.Done)
            {
                status = pair.TryRespond(response);
            }

            if (status == HandshakeStatus.Done)
            {
                // The server has met nothing odd; the client finds that it answered something else.
                status = pair.ReadResponse(response);
            }

            Assert.That(status, Is.EqualTo(expected), $"byte {at}");
            Assert.That(pair.Client.TryTakeKeys(out _), Is.False);
            seen[status] = seen.GetValueOrDefault(status) + 1;
        }

        TestContext.Out.WriteLine(string.Join(", ", seen));
        Assert.That(seen[HandshakeStatus.InvalidPublicKey], Is.EqualTo(P256.PointBytes));
    }

    [Test]
    public void Response_WithAnyByteChanged_IsRefusedByTheClient([Values(0x01, 0x80, 0xFF)] int change)
    {
        for (int at = HandshakeLayout.LengthBytes; at < HandshakeLayout.RespondOutputBytes; at++)
        {
            using var pair = new SessionPair(authenticate);
            pair.ReadFirst(pair.Start());
            byte[] response = pair.Respond();
            response[at] ^= (byte)change;
            HandshakeStatus expected = at < HandshakeLayout.LengthBytes + P256.PointBytes
                ? HandshakeStatus.InvalidPublicKey : HandshakeStatus.AuthenticationFailed;
            Assert.That(pair.ReadResponse(response), Is.EqualTo(expected), $"byte {at}");
            Assert.That(pair.Client.ServerStatic.IsEmpty);
            Assert.That(pair.Client.TryTakeKeys(out _), Is.False);
        }
    }

    [Test]
    public void Messages_OfRandomBytes_AreRefusedByNamedSteps()
    {
        int seed = Environment.TickCount;
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        byte negotiation = authenticate ? SecureOpening.ClientAuthenticates : (byte)0;
        for (int i = 0; i < 200; i++)
        {
            using var pair = new SessionPair(authenticate);
            pair.Start();
            byte[] first = new byte[HandshakeLayout.FirstBytes];
            byte[] response = new byte[HandshakeLayout.ResponseBytes];
            random.NextBytes(first);
            random.NextBytes(response);
            first[0] = 4;
            response[0] = 4;
            Assert.That(pair.Server.ReadFirst(negotiation, first), Is.EqualTo(HandshakeStatus.Done));
            Assert.That(pair.TryRespond(new byte[HandshakeLayout.RespondOutputBytes]),
                Is.EqualTo(HandshakeStatus.InvalidPublicKey));
            Assert.That(pair.Client.ReadResponse(response), Is.EqualTo(HandshakeStatus.InvalidPublicKey));
        }
    }
}
