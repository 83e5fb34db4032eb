using System;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// What counts as one client when clients are counted: an IPv4 address, or a /64 of IPv6, as much as a single household
/// or machine is given to choose addresses from. The two cannot be mistaken for one another: a /64 has a lower half of
/// zeros, an IPv4-mapped address (RFC 4291, 2.5.5.2) has not.
/// </summary>
internal readonly record struct AddressGroup
{
    private const int AddressBytes = 16;
    private const ulong MappedPrefix = 0xffff_0000_0000;

    private AddressGroup(UInt128 value) => Value = value;

    internal UInt128 Value { get; }

    internal static AddressGroup Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[AddressBytes];
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            address.TryWriteBytes(bytes, out _);
            return Of(bytes);
        }

        address.TryWriteBytes(bytes, out _);
        return new AddressGroup(MappedPrefix | BinaryPrimitives.ReadUInt32BigEndian(bytes));
    }

    /// <param name="address">16 bytes in the order of the network: IPv6 or IPv4-mapped.</param>
    internal static AddressGroup Of(ReadOnlySpan<byte> address)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(address.Length, AddressBytes);
        ulong network = BinaryPrimitives.ReadUInt64BigEndian(address);
        ulong host = BinaryPrimitives.ReadUInt64BigEndian(address[8..]);
        bool mapped = network == 0 && host >> 32 == MappedPrefix >> 32;
        return new AddressGroup(mapped ? host : new UInt128(network, 0));
    }
}
