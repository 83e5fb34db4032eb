using System.Collections.Generic;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Tests.Link;

/// <summary>Takes every block of a pool, largest first, down to a size; what is smaller stays for others.</summary>
internal sealed class PoolHog
{
    private readonly List<BufferLease> leases = [];

    internal PoolHog(BufferPool pool, int blockBytesMin = 4 << 10, bool withReserve = false)
    {
        for (int bytes = 1 << 20; bytes >= blockBytesMin; bytes /= 2)
        {
            while (withReserve
                ? pool.TryRentToSend(bytes, out BufferLease lease)
                : pool.TryRent(bytes, out lease))
            {
                leases.Add(lease);
            }
        }
    }

    internal void Return()
    {
        foreach (BufferLease lease in leases)
        {
            lease.Return();
        }
    }
}
