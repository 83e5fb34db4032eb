using NetworkProtocol.Fast.Session;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session;

/// <summary>The last message, which only an authenticating client sends.</summary>
internal sealed class FinalMessageTests
{
    [Test]
    public void Final_WithAnyByteChanged_IsRefusedByTheServer([Values(0x01, 0x80, 0xFF)] int change)
    {
        for (int at = HandshakeLayout.LengthBytes; at < HandshakeLayout.FinishOutputBytes; at++)
        {
            using var pair = new SessionPair(authenticate: true);
            byte[] final = FinalOf(pair);
            final[at] ^= (byte)change;
            Assert.That(pair.ReadFinal(final), Is.EqualTo(HandshakeStatus.AuthenticationFailed), $"byte {at}");
            Assert.That(pair.Server.ClientStatic.IsEmpty);
            Assert.That(pair.Server.TryTakeKeys(out _), Is.False);
            Assert.That(pair.ReadFinal(final), Is.EqualTo(HandshakeStatus.Ended));
        }
    }

    [Test]
    public void Final_OfAnotherHandshake_IsRefused()
    {
        // The same keys on both sides and the same client, but a fresh ephemeral of the server.
        using var recorded = new SessionPair(authenticate: true);
        byte[] final = FinalOf(recorded);
        using var pair = new SessionPair(authenticate: true);
        Assert.That(pair.ReadFirst(pair.Start()), Is.EqualTo(HandshakeStatus.Done));
        byte[] response = new byte[HandshakeLayout.RespondOutputBytes];
        HandshakeStatus status = pair.Server.Respond(P256KeyPair.Generate(), SessionPair.ServerMs, response, out _);
        Assert.That(status, Is.EqualTo(HandshakeStatus.Done));
        Assert.That(pair.ReadFinal(final), Is.EqualTo(HandshakeStatus.AuthenticationFailed));
    }

    private static byte[] FinalOf(SessionPair pair)
    {
        Assert.That(pair.ReadFirst(pair.Start()), Is.EqualTo(HandshakeStatus.Done));
        Assert.That(pair.ReadResponse(pair.Respond()), Is.EqualTo(HandshakeStatus.Done));
        return pair.Finish();
    }
}
