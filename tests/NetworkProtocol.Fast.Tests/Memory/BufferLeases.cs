using System.Collections.Generic;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Tests.Memory;

/// <summary>Leases taken and returned by the dozen.</summary>
internal static class BufferLeases
{
    public static List<BufferLease> RentAll(BufferPool pool, int bytes)
    {
        List<BufferLease> leases = [];
        while (pool.TryRent(bytes, out BufferLease lease))
        {
            leases.Add(lease);
        }

        return leases;
    }

    public static void ReturnAll(List<BufferLease> leases) => leases.ForEach(static lease => lease.Return());
}
