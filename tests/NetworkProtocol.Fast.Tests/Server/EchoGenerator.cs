using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>Keeps 64 echoes of 64 bytes in flight until as many as wanted have come back.</summary>
internal sealed class EchoGenerator : ILinkSink
{
    private const int InFlight = 64;

    private readonly byte[] payload = new byte[64];
    private readonly TaskCompletionSource established = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int toSend;
    private int toCome;

    internal Task Closed => closed.Task;

    internal async Task RunAsync(PeerLink link, int packets)
    {
        await established.Task;
        done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref toCome, packets);
        Volatile.Write(ref toSend, packets - InFlight);
        for (uint i = 1; i <= InFlight; i++)
        {
            Send(link, i);
        }

        link.Flush();
        await done.Task;
    }

    public void OnEstablished(PeerLink link) => established.TrySetResult();

    public Gate? OnPacket(PeerLink link, in PacketView packet, FlushBatch flush)
    {
        if (Interlocked.Decrement(ref toSend) >= 0)
        {
            Send(link, packet.Header.Correlation);
            flush.Add(link);
        }

        if (Interlocked.Decrement(ref toCome) == 0)
        {
            done.TrySetResult();
        }

        return null;
    }

    public void OnDropped(PeerLink link, in PacketHeader header, FlushBatch flush)
    {
    }

    public void OnDisconnect(PeerLink link, ErrorCode code)
    {
    }

    public void OnClosed(PeerLink link, LinkClosed reason) => closed.TrySetResult();

    private void Send(PeerLink link, uint correlation)
    {
        var header = new PacketHeader { Type = PacketType.Echo, Correlation = correlation };
        link.TrySend(in header, default, payload);
    }
}
