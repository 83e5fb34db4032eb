using System;
using System.IO;
using System.Net.Security;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Cli.Bench;

namespace NetworkProtocol.Fast.Loading.Loads;

/// <summary>One TLS stream under load: sends as many messages as came back.</summary>
internal sealed class TlsLoadConnection : IAsyncDisposable
{
    private readonly SslStream stream;
    private readonly LoadRun run;
    private readonly ByteMeter meter;
    private readonly byte[] received = new byte[RawPump.BufferBytes];
    private readonly byte[] message = new byte[RawPump.BufferBytes];

    // Bytes that are still to be sent. Whoever raises it from 0 owns the send side until it is 0 again.
    private long owedBytes;

    internal TlsLoadConnection(SslStream stream, LoadRun run, ByteMeter meter)
    {
        this.stream = stream;
        this.run = run;
        this.meter = meter;
        Array.Fill(message, ByteMeter.Filler);
    }

    internal void Begin()
    {
        Send(meter.Begin());
        _ = ReceiveAsync();
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private async Task ReceiveAsync()
    {
        try
        {
            bool goesOn = true;
            while (goesOn)
            {
                int count = await stream.ReadAsync(received).ConfigureAwait(false);
                if (count == 0)
                {
                    run.Fail("the TLS connection ended");
                    return;
                }

                goesOn = meter.TryTake(received.AsSpan(0, count), out long bytesToSend);
                Send(bytesToSend);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            run.Fail(e.Message);
        }
    }

    private void Send(long bytes)
    {
        if (bytes > 0 && Interlocked.Add(ref owedBytes, bytes) == bytes)
        {
            _ = SendAsync();
        }
    }

    private async Task SendAsync()
    {
        try
        {
            int count;
            do
            {
                count = (int)Math.Min(Volatile.Read(ref owedBytes), message.Length);
                await stream.WriteAsync(message.AsMemory(0, count)).ConfigureAwait(false);
            }
            while (Interlocked.Add(ref owedBytes, -count) > 0);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            run.Fail(e.Message);
        }
    }
}
