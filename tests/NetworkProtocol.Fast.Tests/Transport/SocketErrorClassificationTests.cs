using System;
using System.Net.Sockets;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Transport;

internal sealed class SocketErrorClassificationTests
{
    [TestCase(SocketError.Success, SocketErrorTier.None)]
    [TestCase(SocketError.ConnectionReset, SocketErrorTier.PeerGone)]
    [TestCase(SocketError.Shutdown, SocketErrorTier.PeerGone)]
    [TestCase(SocketError.TimedOut, SocketErrorTier.PeerGone)]
    [TestCase(SocketError.TooManyOpenSockets, SocketErrorTier.Pressure)]
    [TestCase(SocketError.NoBufferSpaceAvailable, SocketErrorTier.Pressure)]
    [TestCase(SocketError.OperationAborted, SocketErrorTier.Aborted)]
    [TestCase(SocketError.AccessDenied, SocketErrorTier.Fatal)]
    [TestCase(SocketError.AddressAlreadyInUse, SocketErrorTier.Fatal)]
    public void Tier_Error_IsTheReactionItAsksFor(SocketError error, SocketErrorTier expected)
    {
        Assert.That(error.Tier(), Is.EqualTo(expected));
    }

    [Test]
    public void Status_EveryError_IsOkOnlyForSuccess()
    {
        foreach (SocketError error in Enum.GetValues<SocketError>())
        {
            bool ok = error.Status() == TransportStatus.Ok;
            Assert.That(ok, Is.EqualTo(error == SocketError.Success), error.ToString());
        }
    }
}
