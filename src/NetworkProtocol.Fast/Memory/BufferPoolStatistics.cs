namespace NetworkProtocol.Fast.Memory;

/// <summary>
/// What a pool holds and has done. Counts are read one after another while others rent, so they are close, not exact.
/// </summary>
/// <param name="CapacityBytes">Most bytes the pool takes from the system.</param>
/// <param name="CommittedBytes">Bytes taken from the system now, leased or free.</param>
/// <param name="LeasedBytes">Bytes of leased blocks, by whole blocks.</param>
/// <param name="LeasedBlocks">Number of leased blocks.</param>
/// <param name="RentedTotal">Rents that were granted since the pool exists.</param>
/// <param name="RefusedTotal">Rents that were refused since the pool exists.</param>
/// <param name="CommitsTotal">Allocations from the system since the pool exists.</param>
/// <param name="ReleasedBytesTotal">Bytes given back to the system since the pool exists.</param>
/// <param name="DoubleReturnsTotal">Returns that were refused because the lease was no longer valid: each is a
/// bug.</param>
internal readonly record struct BufferPoolStatistics(
    long CapacityBytes,
    long CommittedBytes,
    long LeasedBytes,
    long LeasedBlocks,
    long RentedTotal,
    long RefusedTotal,
    long CommitsTotal,
    long ReleasedBytesTotal,
    long DoubleReturnsTotal);
