using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Numerics;
using System.Text;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Dispatch;

/// <summary>
/// Name or number to target. Frozen: built once, read by any thread. Names are looked up as UTF-8 bytes, no string is
/// made; a table of our own because dictionary look-ups are two to three times slower under native AOT.
/// </summary>
internal sealed class DispatchTable
{
    private readonly Entry[] names;
    private readonly uint nameMask;
    private readonly Entry[] prefixes;
    private readonly NumberEntry[] numbers;
    private readonly NumberEntry[] ranges;
    private readonly PacketTarget? any;

    /// <exception cref="ArgumentException">Two routes have the same match.</exception>
    internal DispatchTable(IEnumerable<KeyValuePair<RouteMatch, PacketTarget>> routes)
    {
        var exact = new List<Entry>();
        var prefixList = new List<Entry>();
        var numberList = new List<NumberEntry>();
        var rangeList = new List<NumberEntry>();
        var seen = new HashSet<RouteMatch>();
        foreach ((RouteMatch match, PacketTarget target) in routes)
        {
            if (!seen.Add(match))
            {
                throw new ArgumentException($"route '{match}' is given twice: keep one of them", nameof(routes));
            }

            byte[] name = Encoding.UTF8.GetBytes(match.Name);
            switch (match.Kind)
            {
                case RouteMatchKind.Exact:
                    exact.Add(new Entry(name, target));
                    break;
                case RouteMatchKind.Prefix:
                    prefixList.Add(new Entry(name, target));
                    break;
                case RouteMatchKind.Number:
                    numberList.Add(new NumberEntry(match.First, match.Last, target));
                    break;
                case RouteMatchKind.Range:
                    rangeList.Add(new NumberEntry(match.First, match.Last, target));
                    break;
                default:
                    any = target;
                    break;
            }
        }

        // A quarter full at most, so that a look-up rarely meets a neighbour.
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(exact.Count * 4, 8));
        nameMask = (uint)size - 1;
        names = new Entry[size];
        foreach (Entry entry in exact)
        {
            uint slot = Hash(entry.Name) & nameMask;
            while (names[slot].Name is not null)
            {
                slot = (slot + 1) & nameMask;
            }

            names[slot] = entry;
        }

        // Most specific first: the longest prefix, the narrowest range.
        prefixList.Sort(static (a, b) => b.Name.Length.CompareTo(a.Name.Length));
        numberList.Sort(static (a, b) => a.First.CompareTo(b.First));
        rangeList.Sort(static (a, b) => (a.Last - a.First).CompareTo(b.Last - b.First));
        RefuseCrossing(rangeList);
        prefixes = [.. prefixList];
        numbers = [.. numberList];
        ranges = [.. rangeList];
    }

    /// <summary>The target of a packet; null when no route matches.</summary>
    internal PacketTarget? Find(in PacketView packet)
    {
        ushort type = (ushort)packet.Header.Type;
        if (type >= RouteMatch.NumberMin)
        {
            return FindNumber(type);
        }

        return packet.Header.Type is PacketType.Custom or PacketType.Echo ? FindName(packet.RoutingName) : null;
    }

    internal PacketTarget? FindName(ReadOnlySpan<byte> name)
    {
        uint slot = Hash(name) & nameMask;
        while (names[slot].Name is { } candidate)
        {
            if (name.SequenceEqual(candidate))
            {
                return names[slot].Target;
            }

            slot = (slot + 1) & nameMask;
        }

        foreach (ref readonly Entry prefix in prefixes.AsSpan())
        {
            if (name.StartsWith(prefix.Name))
            {
                return prefix.Target;
            }
        }

        return any;
    }

    internal PacketTarget? FindNumber(int number)
    {
        int low = 0;
        int high = numbers.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            ref readonly NumberEntry entry = ref numbers[middle];
            if (entry.First == number)
            {
                return entry.Target;
            }

            if (entry.First < number)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        foreach (ref readonly NumberEntry range in ranges.AsSpan())
        {
            if (number >= range.First && number <= range.Last)
            {
                return range.Target;
            }
        }

        return any;
    }

    // Of two ranges that cross neither is the more specific, so the order on the command line would decide.
    private static void RefuseCrossing(List<NumberEntry> ranges)
    {
        for (int i = 0; i < ranges.Count; i++)
        {
            for (int j = i + 1; j < ranges.Count; j++)
            {
                NumberEntry narrow = ranges[i];
                NumberEntry wide = ranges[j];
                bool apart = narrow.Last < wide.First || wide.Last < narrow.First;
                bool within = wide.First <= narrow.First && narrow.Last <= wide.Last;
                if (!apart && !within)
                {
                    throw new ArgumentException(
                        $"routes '{wide.First}-{wide.Last}' and '{narrow.First}-{narrow.Last}' cross: "
                        + "let one lie within the other, or keep them apart");
                }
            }
        }
    }

    // First and last eight bytes and the length: the keys are ours, so nobody can aim for collisions that matter.
    private static uint Hash(ReadOnlySpan<byte> name)
    {
        ulong mixed = (ulong)name.Length;
        if (name.Length >= sizeof(ulong))
        {
            mixed ^= BinaryPrimitives.ReadUInt64LittleEndian(name);
            mixed += BitOperations.RotateLeft(BinaryPrimitives.ReadUInt64LittleEndian(name[^sizeof(ulong)..]), 29);
        }
        else
        {
            foreach (byte b in name)
            {
                mixed = (mixed << 8) ^ b ^ (mixed >> 56);
            }
        }

        return (uint)((mixed * 0x9E3779B97F4A7C15UL) >> 32);
    }

    private readonly struct Entry(byte[] name, PacketTarget target)
    {
        internal byte[] Name { get; } = name;

        internal PacketTarget Target { get; } = target;
    }

    private readonly struct NumberEntry(int first, int last, PacketTarget target)
    {
        internal int First { get; } = first;

        internal int Last { get; } = last;

        internal PacketTarget Target { get; } = target;
    }
}
