using System;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Tests.Link;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>A client, packet by packet in the test's hand, whichever session it has.</summary>
internal sealed class SessionPeer : IDisposable
{
    private readonly TransportConnection connection;
    private readonly RawPeer? plain;
    private readonly SecureRawPeer? secure;

    private SessionPeer(TransportConnection connection, bool isSecure)
    {
        this.connection = connection;
        plain = isSecure ? null : new RawPeer(connection);
        secure = isSecure ? new SecureRawPeer(connection) : null;
    }

    internal static async Task<SessionPeer> OpenAsync(TransportConnection connection, bool isSecure)
    {
        var peer = new SessionPeer(connection, isSecure);
        await (isSecure ? peer.secure!.OpenAsync() : peer.plain!.OpenAsync());
        return peer;
    }

    /// <summary>Sends whole packets, 60 KiB of them at most.</summary>
    internal Task SendAsync(byte[] packets) =>
        secure is null ? plain!.SendAsync(packets) : secure.SendSealedAsync(packets);

    internal Task<RawPacket> PacketAsync() => secure is null ? plain!.PacketAsync() : secure.PacketAsync();

    /// <summary>Says that no more requests come, as far as the session wants to hear it, and ends the sending
    /// half.</summary>
    internal async Task EndSendingAsync()
    {
        if (secure is not null)
        {
            // Without it the end of the stream would be a cut (SecureEndTests).
            await secure.SendSealedAsync(RawPacket.Disconnect(default));
        }

        connection.ShutdownSend();
    }

    /// <summary>Reads to the end of the stream; only the server's goodbye may come before it.</summary>
    internal async Task ExpectEndAsync()
    {
        RawPacket? last = await ReceiveAsync();
        if (last?.Type == PacketType.Disconnect)
        {
            last = await ReceiveAsync();
        }

        Assert.That(last, Is.Null);
    }

    public void Dispose()
    {
        secure?.Dispose();
        connection.Close();
    }

    private Task<RawPacket?> ReceiveAsync() => secure is null ? plain!.ReceiveAsync() : secure.ReceiveAsync();
}
