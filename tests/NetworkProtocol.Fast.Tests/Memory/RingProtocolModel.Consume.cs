namespace NetworkProtocol.Fast.Tests.Memory;

/// <content>The steps of the consumer.</content>
internal sealed partial class RingProtocolModel
{
    private const byte Choose = 0;
    private const byte PublishHead = 1;
    private const byte SwapDetached = 2;
    private const byte TakeBlock = 3;
    private const byte PublishDetached = 4;
    private const byte ReturnBlock = 5;
    private const byte SwapClosed = 6;
    private const byte AwaitClaims = 7;

    private void StepConsumer(RingProtocolState state)
    {
        switch (state.ConsumerStep)
        {
            case Choose:
                ChooseRead(state);
                ChooseDetach(state);
                ChooseClose(state);
                return;
            case PublishHead:
                state.Head++;
                state.ConsumerStep = Choose;
                break;
            case SwapDetached when state.Tail == state.ConsumerTail:
                state.Tail |= detachesWithoutMoving ? Detached : (byte)(Detached | Moving);
                state.ConsumerStep = TakeBlock;
                break;
            case SwapDetached:
            case SwapClosed when state.Tail != state.ConsumerTail:
                state.ConsumerTail = 0;
                state.ConsumerStep = Choose;
                break;
            case TakeBlock:
                state.ConsumerBlock = state.Block;
                state.Block = 0;
                state.ConsumerStep = detachesWithoutMoving ? ReturnBlock : PublishDetached;
                break;
            case PublishDetached:
                state.Tail = (byte)(state.ConsumerTail | Detached);
                state.ConsumerStep = ReturnBlock;
                break;
            case ReturnBlock:
                Free(ref state, state.ConsumerBlock);
                state.ConsumerBlock = 0;
                state.ConsumerTail = 0;
                state.ConsumerStep = Choose;
                break;
            case SwapClosed:
                state.Tail |= Closed;
                state.ConsumerTail = 0;
                state.ConsumerStep = AwaitClaims;
                break;
            case AwaitClaims when HasUncommitted(state):
                return;
            case AwaitClaims:
                Check(!IsClaiming(state.First) && !IsClaiming(state.Second), "a close returned under a claim");
                state.ConsumerStep = Choose;
                break;
        }

        Visit(state);
    }

    private void ChooseRead(RingProtocolState state)
    {
        int entry = state.Block == 0 ? 0 : state.Cell(state.Block, state.Head);
        if (entry == 0)
        {
            return;
        }

        Check(entry != Garbage, "the consumer read stale bytes");
        Check((state.Delivered & (1 << entry)) == 0, "an entry arrived twice");
        bool isSecondOfProducer = entry % Items == 0;
        Check(!isSecondOfProducer || (state.Delivered & (1 << (entry - 1))) != 0, "a producer's entries changed order");
        state.Delivered |= (byte)(1 << entry);
        state.SetCell(state.Block, state.Head, 0);
        state.ConsumerStep = PublishHead;
        Visit(state);
    }

    private void ChooseDetach(RingProtocolState state)
    {
        if ((state.Tail & (Detached | Moving)) == 0 && state.Tail >> 3 == state.Head)
        {
            state.ConsumerTail = state.Tail;
            state.ConsumerStep = SwapDetached;
            Visit(state);
        }
    }

    private void ChooseClose(RingProtocolState state)
    {
        if ((state.Tail & (Closed | Moving)) == 0)
        {
            state.ConsumerTail = state.Tail;
            state.ConsumerStep = SwapClosed;
            Visit(state);
        }
    }

    private static bool HasUncommitted(in RingProtocolState state)
    {
        for (int position = state.Head; position < state.Tail >> 3; position++)
        {
            if (state.Cell(state.Block, position) == 0)
            {
                return true;
            }
        }

        return false;
    }
}
