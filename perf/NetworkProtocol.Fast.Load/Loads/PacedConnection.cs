using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Relay.Cli;
using NetworkProtocol.Fast.Relay.Cli.Bench;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Loading.Loads;

/// <summary>
/// One link of an open loop. The pacer's thread sends, the link's receive side takes replies; a slot of a request goes
/// from the one to the other and back through its intended time, which is 0 while the slot is free.
/// </summary>
internal sealed class PacedConnection(
    LoadRun run, LoadMeter meter, PacketName name, byte[] payload, int inFlight) : ILinkSink
{
    private readonly long[] intendedAt = new long[inFlight];
    private readonly byte[] utf8 = name.Utf8;
    private readonly TaskCompletionSource established = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PeerLink? link;

    // The pacer's own.
    private int nextSlot;
    private bool isTouched;

    // Requests under way, and one more until the pacer has finished. Whoever takes the last away ends the connection.
    private int underWay = 1;

    internal async Task OpenAsync(
        LinkRuntime runtime, LinkOptions options, SessionSecurity? security, TransportConnection transport)
    {
        link = new PeerLink(runtime, options, transport, this, LinkRole.Initiating) { Security = security };
        link.Start();
        await established.Task.ConfigureAwait(false);
        if (intendedAt.Length > link.Settings.SendRequestsInFlightMax)
        {
            throw new CommandFailedException("the server takes fewer requests in flight; lower --in-flight");
        }
    }

    /// <returns>False when the slot whose turn it is waits for its reply: this many are under way.</returns>
    internal bool TrySend(long intended)
    {
        if (Volatile.Read(ref intendedAt[nextSlot]) != 0)
        {
            return false;
        }

        Volatile.Write(ref intendedAt[nextSlot], intended);
        Interlocked.Increment(ref underWay);
        var header = new PacketHeader { Type = name.Type, Correlation = (uint)nextSlot + 1 };
        nextSlot = nextSlot + 1 == intendedAt.Length ? 0 : nextSlot + 1;
        EnqueueStatus status = link!.TrySend(in header, utf8, payload);
        if (status != EnqueueStatus.Done)
        {
            run.Fail($"a request could not be sent ({status})");
        }

        isTouched = true;
        return true;
    }

    internal void Flush()
    {
        if (isTouched)
        {
            isTouched = false;
            link!.Flush();
        }
    }

    /// <summary>The pacer sends no more.</summary>
    internal void Finish() => Leave();

    internal async Task CloseAsync()
    {
        if (link is not null)
        {
            link.Close(CloseReason.Requested, string.Empty);
            await closed.Task.ConfigureAwait(false);
        }
    }

    void ILinkSink.OnEstablished(PeerLink from) => established.TrySetResult();

    Gate? ILinkSink.OnPacket(PeerLink from, in PacketView packet, FlushBatch flush)
    {
        if (!packet.Header.IsReply)
        {
            return null;
        }

        uint slot = packet.Header.Correlation - 1;
        if (slot >= (uint)intendedAt.Length || packet.Header.Type == PacketType.Error
            || packet.Payload.Length != payload.Length)
        {
            run.Fail("a request was not answered with what it sent");
            return null;
        }

        meter.Record(Stopwatch.GetTimestamp() - intendedAt[slot]);
        Volatile.Write(ref intendedAt[slot], 0);
        Leave();
        return null;
    }

    void ILinkSink.OnDropped(PeerLink from, in PacketHeader header, FlushBatch flush) =>
        run.Fail("no memory for a reply; lower --in-flight or --size");

    void ILinkSink.OnDisconnect(PeerLink from, ErrorCode code) =>
        run.Fail($"the server is ending the connection ({code})");

    void ILinkSink.OnClosed(PeerLink from, LinkClosed reason)
    {
        var ended = new CommandFailedException($"the connection ended ({reason})");
        run.Fail(ended.Message);
        established.TrySetException(ended);
        closed.TrySetResult();
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref underWay) == 0)
        {
            run.ConnectionDone();
        }
    }
}
