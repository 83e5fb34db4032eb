using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>One link under load: how it is opened and closed, and what makes the run fail.</summary>
/// <param name="run">Whose phase it follows.</param>
/// <param name="payload">What each request carries.</param>
/// <param name="inFlight">The most requests under way.</param>
internal abstract class LoadLink(LoadRun run, byte[] payload, int inFlight) : ILinkSink
{
    private readonly TaskCompletionSource established = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PeerLink? link;

    protected LoadRun Run => run;

    /// <summary>Set once it is open.</summary>
    protected PeerLink Link => link!;

    /// <exception cref="CommandFailedException">The server refused, or takes less than the load asks for.</exception>
    internal async Task OpenAsync(
        LinkRuntime runtime, LinkOptions options, SessionSecurity? security, TransportConnection transport)
    {
        link = new PeerLink(runtime, options, transport, this, LinkRole.Initiating) { Security = security };
        link.Start();
        await established.Task.ConfigureAwait(false);
        uint allowed = link.Settings.SendRequestsInFlightMax;
        if (inFlight > allowed)
        {
            throw new CommandFailedException($"the server takes {allowed} requests in flight; lower --in-flight");
        }

        if ((uint)payload.Length > link.Settings.SendPayloadBytesMax)
        {
            throw new CommandFailedException(
                $"the server takes payloads of {link.Settings.SendPayloadBytesMax} bytes; lower --size");
        }
    }

    internal async Task CloseAsync()
    {
        if (link is not null)
        {
            link.Close(CloseReason.Requested, string.Empty);
            await closed.Task.ConfigureAwait(false);
        }
    }

    void ILinkSink.OnEstablished(PeerLink from) => established.TrySetResult();

    public abstract Gate? OnPacket(PeerLink from, in PacketView packet, FlushBatch flush);

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

    /// <summary>What came of a request that was handed to the link.</summary>
    protected void Note(EnqueueStatus status)
    {
        if (status != EnqueueStatus.Done)
        {
            run.Fail($"a request could not be sent ({status})");
        }
    }

    /// <summary>A reply that is not what was sent.</summary>
    protected void FailOn(in PacketView packet)
    {
        bool isError = packet.Header.Type == PacketType.Error;
        run.Fail(isError && ErrorPayload.TryRead(packet.Payload, out ErrorPayload error, out _)
            ? $"a request failed with {error.Code}: {error.ToDisplayString()}"
            : $"a reply is not the {payload.Length} bytes that were sent; name a packet that echoes");
    }
}
