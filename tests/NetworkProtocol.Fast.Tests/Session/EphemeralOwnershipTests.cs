using System;
using NetworkProtocol.Fast.Session;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session;

/// <summary>A handshake takes its ephemeral key over and releases it as soon as it is not needed any more; static keys
/// stay whose they are.</summary>
internal sealed class EphemeralOwnershipTests
{
    private P256KeyPair serverKey = null!;
    private P256KeyPair ephemeral = null!;

    [SetUp]
    public void Generate()
    {
        serverKey = P256KeyPair.Generate();
        ephemeral = P256KeyPair.Generate();
    }

    [TearDown]
    public void Release()
    {
        Assert.That(IsUsable(serverKey), "the static key is not the handshake's to release");
        serverKey.Dispose();
        ephemeral.Dispose();
    }

    [Test]
    public void Ephemeral_OfADisposedClient_IsReleased()
    {
        using var client = new ClientHandshake(new ClientHandshakeOptions { UnixMs = 1, Ephemeral = ephemeral });
        client.Start(new byte[HandshakeLayout.StartOutputBytes], out _);
        Assert.That(IsUsable(ephemeral), "it is needed for the response");
        client.Dispose();
        Assert.That(IsUsable(ephemeral), Is.False);
    }

    [Test]
    public void Ephemeral_AfterAFailure_IsReleased()
    {
        using var client = new ClientHandshake(new ClientHandshakeOptions { UnixMs = 1, Ephemeral = ephemeral });
        client.Start(new byte[HandshakeLayout.StartOutputBytes], out _);
        client.ReadResponse(new byte[HandshakeLayout.ResponseBytes]);
        Assert.That(IsUsable(ephemeral), Is.False);
    }

    [Test]
    public void Ephemeral_OfAServerThatGaveItsKeys_IsReleased()
    {
        using var client = new ClientHandshake(new ClientHandshakeOptions { UnixMs = 1 });
        using var server = new ServerHandshake(serverKey);
        byte[] start = new byte[HandshakeLayout.StartOutputBytes];
        client.Start(start, out _);
        Assert.That(server.ReadFirst(0, start.AsSpan(7)), Is.EqualTo(HandshakeStatus.Done));
        HandshakeStatus status = server.Respond(ephemeral, 1, new byte[HandshakeLayout.RespondOutputBytes], out _);
        Assert.That(status, Is.EqualTo(HandshakeStatus.Done));
        Assert.That(server.TryTakeKeys(out SessionKeys? keys));
        Assert.That(IsUsable(ephemeral), Is.False);
        keys!.Dispose();
    }

    [Test]
    public void Ephemeral_GivenAtTheWrongStepOrWithoutRoom_IsReleased()
    {
        using var server = new ServerHandshake(serverKey);
        Assert.That(server.Respond(ephemeral, 1, new byte[204], out _), Is.EqualTo(HandshakeStatus.WrongStep));
        Assert.That(IsUsable(ephemeral), Is.False);

        using P256KeyPair other = P256KeyPair.Generate();
        server.ReadFirst(0, new byte[HandshakeLayout.FirstBytes]);
        Assert.That(() => server.Respond(other, 1, new byte[203], out _), Throws.ArgumentException);
        Assert.That(IsUsable(other), Is.False);
    }

    private static bool IsUsable(P256KeyPair pair)
    {
        Assert.That(P256PublicKey.TryImport(pair.PublicKey, out P256PublicKey? key));
        using (key)
        {
            try
            {
                return pair.TryAgree(key!, new byte[P256.CoordinateBytes]);
            }
            catch (ObjectDisposedException)
            {
                return false;
            }
        }
    }
}
