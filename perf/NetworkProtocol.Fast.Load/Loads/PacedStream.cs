using System.Net.Sockets;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Cli.Bench;

namespace NetworkProtocol.Fast.Loading.Loads;

/// <summary>One bare connection of an open loop: messages of the same size on the wire as the packets.</summary>
internal sealed class PacedStream(Socket socket, LoadRun run, PacedSlots slots, int wireBytes) : IPacedConnection
{
    private readonly RawLoadConnection connection = new(socket, run, new PacedMeter(run, slots, wireBytes));

    // The pacer's own.
    private long bytesToSend;

    /// <summary>Begins to receive.</summary>
    internal void Begin() => connection.Begin();

    public bool TrySend(long intended)
    {
        if (slots.Take(intended) < 0)
        {
            return false;
        }

        bytesToSend += wireBytes;
        return true;
    }

    public void Flush()
    {
        connection.Send(bytesToSend);
        bytesToSend = 0;
    }

    public void Finish() => slots.Finish();

    public ValueTask DisposeAsync()
    {
        connection.Dispose();
        return ValueTask.CompletedTask;
    }
}
