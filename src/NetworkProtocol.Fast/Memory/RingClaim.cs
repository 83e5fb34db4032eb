using System;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading;

namespace NetworkProtocol.Fast.Memory;

/// <summary>
/// Space in a ring that one producer owns until it commits or abandons it. It must do one of them soon: entries that
/// were claimed later are not read before. Lives on the producer's stack; a copy must not be used after the original.
/// </summary>
internal ref struct RingClaim
{
    private readonly long committedHeader;
    private ref long header;

    internal RingClaim(ref long header, long committedHeader, Span<byte> span)
    {
        Debug.Assert(header == 0, "the space of a claim holds a header already");
        this.header = ref header;
        this.committedHeader = committedHeader;
        Span = span;
    }

    /// <summary>The space to fill: zeroes at first, and exactly as long as was claimed.</summary>
    public Span<byte> Span { get; private set; }

    /// <summary>Hands the entry to the consumer. The claim is then spent.</summary>
    public void Commit() => Publish(committedHeader);

    /// <summary>
    /// Gives the space up: the consumer skips it. Does nothing on a spent claim, so it suits a finally.
    /// </summary>
    public void Abandon()
    {
        // SAFETY: only compares the reference; a claim that was never made or is spent holds null.
        if (!Unsafe.IsNullRef(ref header))
        {
            Publish(RingLayout.AsPadding(committedHeader));
        }
    }

    private void Publish(long word)
    {
        // Release: whoever reads the header by an acquire sees the bytes written to the span before it. A spent claim
        // throws NullReferenceException here instead of touching another's entry.
        Volatile.Write(ref header, word);
        // SAFETY: a null reference is never read: the store above faults on it, and Abandon looks first.
        header = ref Unsafe.NullRef<long>();
        Span = default;
    }
}
