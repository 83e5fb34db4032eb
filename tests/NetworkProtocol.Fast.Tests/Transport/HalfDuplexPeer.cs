using System;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Tests.Transport;

/// <summary>
/// Sends and receives messages of one size in turn, without a task or an allocation for each, on whatever thread
/// completes.
/// </summary>
internal sealed class HalfDuplexPeer : ITransportSink
{
    private readonly TransportConnection connection;
    private readonly Memory<byte> message;
    private readonly bool waitEmpty;
    private TaskCompletionSource done = new();
    private bool sendNext;
    private bool waited;
    private int received;
    private int roundsLeft = -1;

    internal HalfDuplexPeer(TransportConnection connection, int messageBytes, bool waitEmpty)
    {
        this.connection = connection;
        message = new byte[messageBytes];
        this.waitEmpty = waitEmpty;
        connection.Bind(this);
    }

    /// <summary>Answers each message with one.</summary>
    internal void Answer() => Run();

    /// <summary>Sends a message and awaits its answer, so many times.</summary>
    internal Task AskAsync(int rounds)
    {
        done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        roundsLeft = rounds;
        sendNext = true;
        Run();
        return done.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    public void OnReceived(TransportResult result)
    {
        if (Take(result))
        {
            Run();
        }
    }

    public void OnSent(TransportResult result)
    {
        if (result.Status == TransportStatus.Ok)
        {
            Run();
        }
    }

    private void Run()
    {
        while (true)
        {
            TransportResult result;
            if (sendNext)
            {
                sendNext = false;
                if (!connection.Send(message, out result) || result.Status != TransportStatus.Ok)
                {
                    return;
                }

                continue;
            }

            Memory<byte> buffer = waitEmpty && !waited ? Memory<byte>.Empty : message[received..];
            if (!connection.Receive(buffer, out result) || !Take(result))
            {
                return;
            }
        }
    }

    private bool Take(TransportResult result)
    {
        if (result.Status != TransportStatus.Ok || (result.Bytes == 0 && (!waitEmpty || waited)))
        {
            return false;
        }

        waited = !waited;
        received += result.Bytes;
        if (received < message.Length)
        {
            return true;
        }

        received = 0;
        waited = false;
        sendNext = true;
        if (roundsLeft > 0 && --roundsLeft == 0)
        {
            done.SetResult();
            return false;
        }

        return true;
    }
}
