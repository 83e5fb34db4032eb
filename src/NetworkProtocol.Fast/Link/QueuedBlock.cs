using System;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Link;

/// <summary>A packet in a block of its own, taken from a send queue. default = none.</summary>
internal readonly struct QueuedBlock(BufferLease lease, int offset, int length)
{
    internal BufferLease Lease { get; } = lease;

    internal int Length { get; } = length;

    internal bool IsNone => Lease.IsNone;

    internal Memory<byte> Memory => Lease.Memory.Slice(offset, Length);
}
