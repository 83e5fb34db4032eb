using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Transport;
using NetworkProtocol.Fast.Transport;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Link;

/// <summary>
/// One end of a secure session, record by record in the test's hand, as client or as server: it may pack records as it
/// likes, stop in the middle of a handshake, or relay what another one opens.
/// </summary>
internal sealed class SecureRawPeer(TransportConnection connection) : IDisposable
{
    private readonly OperationWaiter wire = new(connection);
    private ClientHandshake? client;
    private SessionKeys? keys;
    private byte[] plain = new byte[64 << 10];
    private int filled;

    internal static async Task<SecureRawPeer> ConnectAsync(Endpoint endpoint) =>
        new(await TransportConnector.ConnectAsync(endpoint, TransportOptions.Default, CancellationToken.None));

    /// <summary>The client's opening and first message, not sent.</summary>
    internal byte[] Begin(IdentityKey? identity = null, DateTimeOffset? now = null)
    {
        client = new ClientHandshake(new ClientHandshakeOptions
        {
            UnixMs = (now ?? TimeProvider.System.GetUtcNow()).ToUnixTimeMilliseconds(),
            Identity = identity is null ? null : new P256KeyPair(identity.Key),
        });
        byte[] first = new byte[HandshakeLayout.StartOutputBytes];
        Assert.That(client.Start(first, out _), Is.EqualTo(HandshakeStatus.Done));
        return first;
    }

    /// <summary>Reads the server's answer and ends the handshake; false when the server closes instead.</summary>
    internal async Task<bool> TryFinishAsync()
    {
        if (await FrameAsync() is not { } response)
        {
            return false;
        }

        Assert.That(client!.ReadResponse(response), Is.EqualTo(HandshakeStatus.Done));
        if (client.NeedsFinish)
        {
            byte[] last = new byte[HandshakeLayout.FinishOutputBytes];
            Assert.That(client.Finish(last, out _), Is.EqualTo(HandshakeStatus.Done));
            await SendAsync(last);
        }

        return client.TryTakeKeys(out keys);
    }

    /// <summary>The whole handshake and both Hellos.</summary>
    internal async Task OpenAsync(IdentityKey? identity = null, DateTimeOffset? now = null)
    {
        await SendAsync(Begin(identity, now));
        Assert.That(await TryFinishAsync(), "the server closed in the handshake");
        await SendSealedAsync(RawPacket.Hello(new LinkSettings { Software = "raw" }));
        Assert.That((await PacketAsync()).Type, Is.EqualTo(PacketType.Hello));
    }

    /// <summary>Plays the server of a handshake.</summary>
    internal async Task<bool> TryAcceptAsync(IdentityKey identity)
    {
        using var pair = new P256KeyPair(identity.Key);
        using var server = new ServerHandshake(pair);
        byte[] opening = new byte[HandshakeLayout.OpeningBytes];
        await wire.ReceiveAllAsync(opening);
        byte[]? first = await FrameAsync();
        Assert.That(server.ReadFirst(opening[^1], first), Is.EqualTo(HandshakeStatus.Done));
        byte[] response = new byte[HandshakeLayout.RespondOutputBytes];
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.That(server.Respond(P256KeyPair.Generate(), now, response, out _), Is.EqualTo(HandshakeStatus.Done));
        await SendAsync(response);
        if (server.NeedsFinal)
        {
            if (await FrameAsync() is not { } final)
            {
                return false;
            }

            Assert.That(server.ReadFinal(final), Is.EqualTo(HandshakeStatus.Done));
        }

        return server.TryTakeKeys(out keys);
    }

    internal byte[] Seal(ReadOnlySpan<byte> plaintext)
    {
        byte[] record = new byte[plaintext.Length + RecordLayout.OverheadBytes];
        Assert.That(keys!.Sealer.Seal(plaintext, record, out _), Is.EqualTo(RecordStatus.Done));
        return record;
    }

    internal Task SendSealedAsync(byte[] plaintext) => SendAsync(Seal(plaintext));

    internal async Task SendAsync(ReadOnlyMemory<byte> bytes) =>
        Assert.That((await wire.SendAsync(bytes)).Status, Is.EqualTo(TransportStatus.Ok));

    /// <summary>Sends what the other side may no longer take.</summary>
    internal async Task<bool> TrySendAsync(ReadOnlyMemory<byte> bytes) =>
        (await wire.SendAsync(bytes)).Status == TransportStatus.Ok;

    /// <summary>The plaintext of the next record; null at the end of the stream.</summary>
    internal async Task<byte[]?> RecordAsync()
    {
        if (await FrameAsync() is not { } body)
        {
            return null;
        }

        byte[] plaintext = new byte[body.Length - RecordLayout.TagBytes];
        Assert.That(keys!.Opener.TryOpen(body, plaintext, out _), Is.EqualTo(RecordStatus.Done));
        return plaintext;
    }

    /// <summary>The next packet; null when the other side has closed.</summary>
    internal async Task<RawPacket?> ReceiveAsync()
    {
        while (true)
        {
            OperationStatus status = PacketFramer.Read(plain.AsSpan(0, filled), PacketLimits.PayloadBytesMax,
                out PacketView view, out int bytes, out PacketFault fault);
            Assert.That(status, Is.Not.EqualTo(OperationStatus.InvalidData), fault.Text);
            if (status == OperationStatus.Done)
            {
                var packet = new RawPacket(view.Header, view.Name.ToArray(), view.Payload.ToArray());
                filled -= bytes;
                Buffer.BlockCopy(plain, bytes, plain, 0, filled);
                return packet;
            }

            if (await RecordAsync() is not { } more)
            {
                return null;
            }

            if (filled + more.Length > plain.Length)
            {
                Array.Resize(ref plain, Math.Max(plain.Length * 2, filled + more.Length));
            }

            more.CopyTo(plain, filled);
            filled += more.Length;
        }
    }

    /// <summary>The next packet, which must be there.</summary>
    internal async Task<RawPacket> PacketAsync()
    {
        RawPacket? packet = await ReceiveAsync();
        Assert.That(packet, Is.Not.Null, "the other side has closed");
        return packet!;
    }

    internal void ShutdownSend() => connection.ShutdownSend();

    internal void Close() => connection.Close();

    public void Dispose()
    {
        connection.Close();
        client?.Dispose();
        keys?.Dispose();
    }

    // A message or a record without its length; null at the end of the stream.
    private async Task<byte[]?> FrameAsync()
    {
        byte[] length = new byte[HandshakeLayout.LengthBytes];
        if (await wire.ReceiveAllAsync(length) < length.Length)
        {
            return null;
        }

        byte[] body = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        return await wire.ReceiveAllAsync(body) < body.Length ? null : body;
    }
}
