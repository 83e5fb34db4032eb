using System;
using System.Net.Sockets;
using System.Threading;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>The client's end of the raw echo: sends what its meter says, and what it is told to.</summary>
internal sealed class RawLoadConnection : IThreadPoolWorkItem, IDisposable
{
    private readonly Socket socket;
    private readonly LoadRun run;
    private readonly ByteMeter meter;
    private readonly SocketAsyncEventArgs receive = new(unsafeSuppressExecutionContextFlow: true);
    private readonly SocketAsyncEventArgs send = new(unsafeSuppressExecutionContextFlow: true);

    // Bytes that are still to be sent. Whoever raises it from 0 owns the send side until it is 0 again.
    private long owedBytes;

    internal RawLoadConnection(Socket socket, LoadRun run, ByteMeter meter)
    {
        this.socket = socket;
        this.run = run;
        this.meter = meter;
        byte[] message = new byte[RawPump.BufferBytes];
        Array.Fill(message, ByteMeter.Filler);
        receive.SetBuffer(new byte[RawPump.BufferBytes], 0, RawPump.BufferBytes);
        send.SetBuffer(message, 0, message.Length);
        receive.Completed += (_, _) => ReceiveCompleted();
        send.Completed += (_, _) => SendCompleted();
    }

    internal void Begin()
    {
        Send(meter.Begin());
        RunReceive();
    }

    /// <summary>Any thread may call it.</summary>
    internal void Send(long bytes)
    {
        if (bytes > 0 && Interlocked.Add(ref owedBytes, bytes) == bytes)
        {
            RunSend();
        }
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
            for (int turn = 0; turn < RawPump.TurnsMax; turn++)
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

        bool goesOn = meter.TryTake(receive.MemoryBuffer.Span[..receive.BytesTransferred], out long bytesToSend);
        Send(bytesToSend);
        return goesOn;
    }

    private void RunSend()
    {
        try
        {
            do
            {
                send.SetBuffer(0, (int)Math.Min(Volatile.Read(ref owedBytes), RawPump.BufferBytes));
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
