using System;

namespace NetworkProtocol.Fast.Link;

/// <summary>Slots of a <see cref="CorrelationTable{TOwner}"/> whose requests one batch of replies has ended, until they
/// are given back together. One thread at a time.</summary>
internal sealed class EndedSlots
{
    private readonly int[] indices = new int[64];
    private int count;

    internal bool IsEmpty => count == 0;

    internal bool IsFull => count == indices.Length;

    internal ReadOnlySpan<int> Indices => indices.AsSpan(0, count);

    internal void Add(int index) => indices[count++] = index;

    internal void Clear() => count = 0;
}
