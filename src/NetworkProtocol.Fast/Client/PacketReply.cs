using System;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Client;

/// <summary>The payload of a reply, in a leased block: dispose it once when done with.</summary>
public readonly struct PacketReply : IDisposable, IEquatable<PacketReply>
{
    private readonly BufferLease lease;
    private readonly int offset;
    private readonly int length;

    internal PacketReply(BufferLease lease, int offset, int length)
    {
        this.lease = lease;
        this.offset = offset;
        this.length = length;
    }

    /// <summary>The payload, decompressed; valid until <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> Payload => lease.IsNone ? default : lease.Memory.Slice(offset, length);

    /// <summary>Gives the block back.</summary>
    public void Dispose() => lease.Return();

    /// <inheritdoc/>
    public bool Equals(PacketReply other) => Payload.Equals(other.Payload);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PacketReply other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Payload.GetHashCode();

    /// <summary>Whether both are the same memory.</summary>
    public static bool operator ==(PacketReply left, PacketReply right) => left.Equals(right);

    /// <summary>Whether they are different memory.</summary>
    public static bool operator !=(PacketReply left, PacketReply right) => !left.Equals(right);
}
