using System;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Client;

/// <summary>A one-way packet from the server, in a leased block: dispose it once when done with.</summary>
public sealed class PacketMessage : IDisposable
{
    private readonly int nameBytes;
    private readonly int payloadStart;
    private readonly int payloadBytes;
    private BufferLease lease;

    internal PacketMessage(PacketType type, BufferLease lease, int nameBytes, int payloadStart, int payloadBytes)
    {
        Type = type;
        this.lease = lease;
        this.nameBytes = nameBytes;
        this.payloadStart = payloadStart;
        this.payloadBytes = payloadBytes;
    }

    /// <summary>The packet's type; a number from 256 up is the application's own.</summary>
    public PacketType Type { get; }

    /// <summary>The packet's name in UTF-8; valid until <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> Name => lease.IsNone ? default : lease.Memory[..nameBytes];

    /// <summary>The payload, decompressed; valid until <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> Payload => lease.IsNone ? default : lease.Memory.Slice(payloadStart, payloadBytes);

    /// <summary>Gives the block back.</summary>
    public void Dispose()
    {
        lease.Return();
        lease = default;
    }
}
