using System;
using System.Threading;

namespace NetworkProtocol.Fast.Packets;

/// <summary>
/// Remembers which routes' payloads do not shrink, so that they are not compressed in vain: after each vain attempt a
/// route's next packets are skipped, twice as many each time, and then one is tried again. Any number of threads; each
/// entry is one word that is read and written whole but without a lock, so a race loses at most one count.
/// </summary>
internal sealed class RouteCompressibility
{
    /// <summary>Skipped after the first vain attempt: a single odd payload costs a route little.</summary>
    internal const int SkipMin = 16;

    /// <summary>
    /// Skipped at most: one vain attempt in 1025 packets is noise, and a change is still noticed soon.
    /// </summary>
    internal const int SkipMax = 1024;

    // 1024 entries of 8 bytes. Two routes that share an entry take it from each other, which costs attempts, not
    // errors.
    private const int EntriesLog = 10;

    // Each entry: bits 0-15 packets still to skip, 16-31 packets to skip after the last vain attempt, 32-63 the
    // route's key. 0 is an entry that knows nothing. Writers and readers: any thread, Volatile because a stale word
    // may serve for a while but a torn one may not.
    private readonly ulong[] entries = new ulong[1 << EntriesLog];

    /// <summary>Whether to compress this packet; counts it as skipped if not.</summary>
    public bool ShouldTry(uint routeKey)
    {
        ref ulong entry = ref EntryOf(routeKey);
        ulong value = Volatile.Read(ref entry);
        if ((uint)(value >> 32) != routeKey || (ushort)value == 0)
        {
            return true;
        }

        Volatile.Write(ref entry, value - 1);
        return false;
    }

    /// <summary>The packet shrank: the route starts anew.</summary>
    public void Shrank(uint routeKey)
    {
        ref ulong entry = ref EntryOf(routeKey);
        ulong value = Volatile.Read(ref entry);
        if (value != 0 && (uint)(value >> 32) == routeKey)
        {
            Volatile.Write(ref entry, 0);
        }
    }

    /// <summary>The packet did not shrink: the route's next ones are skipped.</summary>
    public void DidNotShrink(uint routeKey)
    {
        ref ulong entry = ref EntryOf(routeKey);
        ulong value = Volatile.Read(ref entry);
        ulong last = (uint)(value >> 32) == routeKey ? (ushort)(value >> 16) : 0u;
        ulong skip = last == 0 ? SkipMin : Math.Min(last * 2, SkipMax);
        Volatile.Write(ref entry, ((ulong)routeKey << 32) | (skip << 16) | skip);
    }

    /// <summary>
    /// Multiplies by 2^32 divided by the golden ratio, so that keys which differ little spread over the table.
    /// </summary>
    private ref ulong EntryOf(uint routeKey) => ref entries[(routeKey * 2654435769u) >> (32 - EntriesLog)];
}
