namespace NetworkProtocol.Fast.Tests.Memory;

/// <summary>
/// One state of the abstract ring of <see cref="RingProtocolModel"/>: shared words first, then what each thread
/// holds. A tail word is position * 8 + bits, as in the ring.
/// </summary>
internal record struct RingProtocolState
{
    public byte Tail;
    public byte Companion;
    public byte Head;
    public byte Block;
    public byte LeasedMask;

    // Three bits for each cell of each block: 0 free, 1 to 6 an entry, 7 what another owner of the block left there.
    public int Cells;

    public RingProducerState First;
    public RingProducerState Second;

    public byte ConsumerStep;
    public byte ConsumerTail;
    public byte ConsumerBlock;
    public byte Delivered;

    public readonly int Cell(int block, int position) => (Cells >> Shift(block, position)) & 7;

    public void SetCell(int block, int position, int value) =>
        Cells = (Cells & ~(7 << Shift(block, position))) | (value << Shift(block, position));

    private static int Shift(int block, int position) =>
        3 * (((block - 1) * RingProtocolModel.Capacity) + (position % RingProtocolModel.Capacity));
}

/// <summary>Where one producer stands, and its local variables (zero while they are not in use).</summary>
internal record struct RingProducerState
{
    public byte Step;
    public byte Tail;
    public byte Block;
    public byte Item;
}
