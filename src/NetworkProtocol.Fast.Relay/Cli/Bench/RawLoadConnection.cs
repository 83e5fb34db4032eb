using System;
using System.Diagnostics;
using System.Net.Sockets;
using System.Threading;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>
/// The client's end of the raw echo: sends as many messages as came back. A message is only a number of bytes, and
/// since bytes keep their order, the oldest message under way is the one that ends next.
/// </summary>
internal sealed class RawLoadConnection : IThreadPoolWorkItem, IDisposable
{
    private readonly Socket socket;
    private readonly LoadRun run;
    private readonly LoadMeter meter;
    private readonly int wireBytes;
    private readonly SocketAsyncEventArgs receive = new(unsafeSuppressExecutionContextFlow: true);
    private readonly SocketAsyncEventArgs send = new(unsafeSuppressExecutionContextFlow: true);

    // The receive side's: when each message under way was sent, the oldest of them, and bytes of it that are back.
    private readonly long[] sentAt;
    private int oldest;
    private int partBytes;
    private int underWay;

    // Bytes that are still to be sent. Whoever raises it from 0 owns the send side until it is 0 again.
    private long owedBytes;

    internal RawLoadConnection(Socket socket, LoadRun run, LoadMeter meter, int wireBytes, int inFlight)
    {
        this.socket = socket;
        this.run = run;
        this.meter = meter;
        this.wireBytes = wireBytes;
        sentAt = new long[inFlight];
        underWay = inFlight;
        receive.SetBuffer(new byte[RawEchoConnection.BufferBytes], 0, RawEchoConnection.BufferBytes);
        send.SetBuffer(new byte[RawEchoConnection.BufferBytes], 0, RawEchoConnection.BufferBytes);
        receive.Completed += (_, _) => ReceiveCompleted();
        send.Completed += (_, _) => SendCompleted();
    }

    internal void Begin()
    {
        Array.Fill(sentAt, Stopwatch.GetTimestamp());
        Send((long)wireBytes * sentAt.Length);
        RunReceive();
    }

    void IThreadPoolWorkItem.Execute() => RunReceive();

    public void Dispose() => socket.Dispose();

    private void ReceiveCompleted()
    {
        if (TryTake())
        {
            RunReceive();
        }
    }

    private void SendCompleted()
    {
        if (TryFinishSend())
        {
            RunSend();
        }
    }

    private void RunReceive()
    {
        try
        {
            for (int turn = 0; turn < RawEchoConnection.TurnsMax; turn++)
            {
                if (socket.ReceiveAsync(receive) || !TryTake())
                {
                    return;
                }
            }

            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
        catch (ObjectDisposedException)
        {
            // Another connection failed, and the run was given up.
        }
    }

    // False: the connection is done or has failed.
    private bool TryTake()
    {
        if (receive.SocketError != SocketError.Success || receive.BytesTransferred == 0)
        {
            run.Fail($"the raw connection ended ({receive.SocketError})");
            return false;
        }

        long now = Stopwatch.GetTimestamp();
        int messages = 0;
        partBytes += receive.BytesTransferred;
        for (; partBytes >= wireBytes; partBytes -= wireBytes)
        {
            meter.Record(now - sentAt[oldest]);
            sentAt[oldest] = now;
            oldest = oldest + 1 == sentAt.Length ? 0 : oldest + 1;
            messages++;
        }

        if (!run.IsStopping)
        {
            Send((long)messages * wireBytes);
            return true;
        }

        underWay -= messages;
        if (underWay > 0)
        {
            return true;
        }

        run.ConnectionDone();
        return false;
    }

    private void Send(long bytes)
    {
        if (bytes > 0 && Interlocked.Add(ref owedBytes, bytes) == bytes)
        {
            RunSend();
        }
    }

    private void RunSend()
    {
        try
        {
            do
            {
                send.SetBuffer(0, (int)Math.Min(Volatile.Read(ref owedBytes), RawEchoConnection.BufferBytes));
                if (socket.SendAsync(send))
                {
                    return;
                }
            }
            while (TryFinishSend());
        }
        catch (ObjectDisposedException)
        {
            // See RunReceive.
        }
    }

    // True: more is owed. False: the send side is given up, or the connection has failed.
    private bool TryFinishSend()
    {
        if (send.SocketError != SocketError.Success)
        {
            run.Fail($"the raw connection failed ({send.SocketError})");
            return false;
        }

        return Interlocked.Add(ref owedBytes, -send.Count) > 0;
    }
}
