using System;
using System.Buffers;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NUnit.Framework;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Tests.Transport;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Tests.Link;

/// <summary>
/// The other end of a connection, byte by byte in the test's hand: it may break every rule, stop reading,
/// or close in the middle of a packet.
/// </summary>
internal sealed class RawPeer(TransportConnection connection)
{
    private readonly OperationWaiter wire = new(connection);
    private byte[] buffer = new byte[64 << 10];
    private int filled;

    internal static async Task<RawPeer> ConnectAsync(Endpoint endpoint) =>
        new(await TransportConnector.ConnectAsync(endpoint, TransportOptions.Default, CancellationToken.None));

    /// <summary>Plays a client up to and including both Hellos; returns the other side's.</summary>
    internal async Task<LinkSettings> OpenAsync(LinkSettings? settings = null)
    {
        await SendAsync(RawPacket.Opening(settings));
        return await ReceiveOpeningAsync();
    }

    /// <summary>Plays a server up to and including both Hellos; returns the other side's.</summary>
    internal async Task<LinkSettings> AcceptAsync(LinkSettings? settings = null)
    {
        LinkSettings theirs = await ReceiveOpeningAsync();
        await SendAsync(RawPacket.Opening(settings));
        return theirs;
    }

    internal async Task SendAsync(byte[] bytes)
    {
        TransportResult result = await wire.SendAsync(bytes);
        Assert.That(result.Status, Is.EqualTo(TransportStatus.Ok));
    }

    /// <summary>Sends what the other side may no longer take.</summary>
    internal async Task<bool> TrySendAsync(byte[] bytes) =>
        (await wire.SendAsync(bytes)).Status == TransportStatus.Ok;

    /// <summary>The next packet; null when the other side has closed.</summary>
    internal async Task<RawPacket?> ReceiveAsync()
    {
        while (true)
        {
            if (TryTake(out RawPacket? packet))
            {
                return packet;
            }

            if (!await FillAsync())
            {
                Assert.That(filled, Is.Zero, "the stream ended in the middle of a packet");
                return null;
            }
        }
    }

    /// <summary>Reads so many bytes, whatever they are; the packets they belong to are lost.</summary>
    internal async Task TakeAsync(int bytes) =>
        Assert.That(await wire.ReceiveAllAsync(new byte[bytes]), Is.EqualTo(bytes));

    /// <summary>The next packet, which must be there.</summary>
    internal async Task<RawPacket> PacketAsync()
    {
        RawPacket? packet = await ReceiveAsync();
        Assert.That(packet, Is.Not.Null, "the other side has closed");
        return packet!;
    }

    /// <summary>Reads until the other side closes; how it did, and nothing whole may come before.</summary>
    internal async Task ExpectCloseAsync() => Assert.That(await ReceiveAsync(), Is.Null);

    /// <summary>Asks for a Pong; whatever came before it is a finding.</summary>
    internal async Task ExpectNothingSentAsync()
    {
        const uint Marker = 0xABCD;
        await SendAsync(RawPacket.Ping(Marker));
        RawPacket next = await PacketAsync();
        Assert.That((next.Type, next.Correlation), Is.EqualTo((PacketType.Pong, Marker)));
    }

    internal void ShutdownSend() => connection.ShutdownSend();

    internal void Close() => connection.Close();

    internal async Task ReceiveMagicAsync()
    {
        while (filled < PlainOpening.Magic.Length)
        {
            Assert.That(await FillAsync(), "the other side closed before its opening");
        }

        Assert.That(buffer.AsSpan(0, PlainOpening.Magic.Length).SequenceEqual(PlainOpening.Magic));
        Consume(PlainOpening.Magic.Length);
    }

    private async Task<LinkSettings> ReceiveOpeningAsync()
    {
        await ReceiveMagicAsync();
        RawPacket hello = await PacketAsync();
        Assert.That(hello.Type, Is.EqualTo(PacketType.Hello));
        Assert.That(LinkSettings.TryRead(hello.Payload, out LinkSettings settings, out _));
        return settings;
    }

    private bool TryTake(out RawPacket? packet)
    {
        packet = null;
        OperationStatus status = PacketFramer.Read(
            buffer.AsSpan(0, filled), PacketLimits.PayloadBytesMax, out PacketView view, out int bytes,
            out PacketFault fault);
        Assert.That(status, Is.Not.EqualTo(OperationStatus.InvalidData), $"the other side sent rubbish: {fault.Text}");
        if (status == OperationStatus.NeedMoreData)
        {
            if (bytes > buffer.Length)
            {
                Array.Resize(ref buffer, bytes);
            }

            return false;
        }

        packet = new RawPacket(view.Header, view.Name.ToArray(), view.Payload.ToArray());
        Consume(bytes);
        return true;
    }

    private async Task<bool> FillAsync()
    {
        TransportResult result = await wire.ReceiveAsync(buffer.AsMemory(filled));
        if (result.Status == TransportStatus.PeerGone || result.Bytes == 0)
        {
            return false;
        }

        Assert.That(result.Error, Is.EqualTo(SocketError.Success));
        filled += result.Bytes;
        return true;
    }

    private void Consume(int bytes)
    {
        filled -= bytes;
        Buffer.BlockCopy(buffer, bytes, buffer, 0, filled);
    }
}
