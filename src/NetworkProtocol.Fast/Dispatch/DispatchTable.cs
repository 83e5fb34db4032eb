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
            uint slot = HashOf(entry.Key, entry.Name.Length) & nameMask;
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
        ulong key = KeyOf(name);
        uint slot = HashOf(key, name.Length) & nameMask;
        while (true)
        {
            ref readonly Entry entry = ref names[slot];
            if (entry.Name is null)
            {
                break;
            }

            if (entry.Key == key && entry.Name.Length == name.Length
                && (name.Length <= sizeof(ulong) || name.SequenceEqual(entry.Name)))
            {
                return entry.Target;
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

    // Of names of up to eight bytes the key is the name: no other of the same length has it. Of longer ones it is made
    // of the first and last eight bytes; the names are ours, so nobody can aim for collisions that matter.
    private static ulong KeyOf(ReadOnlySpan<byte> name)
    {
        switch (name.Length)
        {
            case >= sizeof(ulong):
                ulong first = BinaryPrimitives.ReadUInt64LittleEndian(name);
                ulong last = BinaryPrimitives.ReadUInt64LittleEndian(name[^sizeof(ulong)..]);
                return name.Length == sizeof(ulong) ? first : first + BitOperations.RotateLeft(last, 29);
            case >= sizeof(uint):
                ulong upper = BinaryPrimitives.ReadUInt32LittleEndian(name[^sizeof(uint)..]);
                return (upper << 32) | BinaryPrimitives.ReadUInt32LittleEndian(name);
            case > 0:
                return name[0] | ((ulong)name[name.Length / 2] << 8) | ((ulong)name[^1] << 16);
            default:
                return 0;
        }
    }

    private static uint HashOf(ulong key, int length) =>
        (uint)(((key ^ ((ulong)length << 56)) * 0x9E3779B97F4A7C15UL) >> 32);

    private readonly struct Entry(byte[] name, PacketTarget target)
    {
        internal byte[] Name { get; } = name;

        internal ulong Key { get; } = KeyOf(name);

        internal PacketTarget Target { get; } = target;
    }

    private readonly struct NumberEntry(int first, int last, PacketTarget target)
    {
        internal int First { get; } = first;

        internal int Last { get; } = last;

        internal PacketTarget Target { get; } = target;
    }
}
