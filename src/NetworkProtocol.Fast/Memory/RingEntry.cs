using System;

namespace NetworkProtocol.Fast.Memory;

/// <summary>An entry that was read from a ring, valid until the consumer releases it.</summary>
internal readonly ref struct RingEntry
{
    internal RingEntry(int tag, Span<byte> span)
    {
        Tag = tag;
        Span = span;
    }

    /// <summary>What the producer gave; its meaning is between producer and consumer.</summary>
    public int Tag { get; }

    /// <summary>The bytes of the entry. Writable, so the consumer may seal them in place.</summary>
    public Span<byte> Span { get; }
}
