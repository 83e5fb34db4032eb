using System;
using System.Threading;

namespace NetworkProtocol.Fast.Transport;

/// <summary>
/// Who is meant by a token that the system hands back. A token has the slot in its low half and the slot's generation
/// in the high one, so an event of a closed socket never reaches the next owner of its slot. Any thread adds and
/// removes, under a lock; looking up takes none.
/// </summary>
internal sealed class EventTargets
{
    private const int SlotsInitial = 64;

    private readonly Lock changes = new();

    // Written under the lock, read by anyone; a grown copy replaces it whole.
    private IEventTarget?[] targets = new IEventTarget?[SlotsInitial];

    // Under the lock: free slots, and how often each slot was given away.
    private int[] free = new int[SlotsInitial];
    private uint[] generations = new uint[SlotsInitial];
    private int freeCount;
    private int usedSlots;

    internal void Add(IEventTarget target)
    {
        lock (changes)
        {
            int slot = freeCount > 0 ? free[--freeCount] : usedSlots++;
            if (slot == targets.Length)
            {
                Grow();
            }

            target.Token = ((ulong)++generations[slot] << 32) | (uint)slot;
            Volatile.Write(ref targets[slot], target);
        }
    }

    /// <summary>Idempotent.</summary>
    internal void Remove(IEventTarget target)
    {
        lock (changes)
        {
            int slot = (int)(uint)target.Token;
            if (ReferenceEquals(targets[slot], target))
            {
                Volatile.Write(ref targets[slot], null);
                free[freeCount++] = slot;
            }
        }
    }

    internal IEventTarget? Find(ulong token)
    {
        IEventTarget?[] all = Volatile.Read(ref targets);
        uint slot = (uint)token;
        return slot < (uint)all.Length && Volatile.Read(ref all[slot]) is { } target && target.Token == token
            ? target
            : null;
    }

    private void Grow()
    {
        int slots = targets.Length * 2;
        Array.Resize(ref free, slots);
        Array.Resize(ref generations, slots);
        var grown = new IEventTarget?[slots];
        targets.CopyTo(grown, 0);
        Volatile.Write(ref targets, grown);
    }
}
