using System;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Transport;

internal sealed class SocketRuntimeTests
{
    [Test]
    public void UseInlineCompletions_AfterTheFirstSocket_IsRefusedAndChangesNothing()
    {
        SocketRuntime.MarkSocketMade();
        int threads = SocketRuntime.SocketThreads;
        Assert.That(SocketRuntime.UseInlineCompletions(threads + 1), Is.False);
        Assert.That(SocketRuntime.SocketThreads, Is.EqualTo(threads));
        Assert.That(SocketRuntime.SocketMade, Is.True);
        Assert.That(SocketRuntime.InlineCompletions, Is.True, "set when this assembly was loaded");
    }

    [Test]
    public async Task Completion_Inline_RunsOnTheThreadThatWaitsForTheSocket()
    {
        Assume.That(OperatingSystem.IsLinux(), "elsewhere completions may run on the pool");
        await using TransportUnderTest transport = new(TransportKind.Tcp);
        (TransportConnection client, TransportConnection server) = await transport.ConnectUnboundPairAsync();
        Assert.That(Thread.CurrentThread.IsThreadPoolThread, Is.True, "connecting leaves the I/O thread");

        ThreadSink sink = new();
        client.Bind(sink);
        server.Bind(sink);
        Assert.That(server.Receive(Memory<byte>.Empty, out _), Is.False);
        Assert.That(client.Send(new byte[1], out _), Is.True);
        Thread thread = await sink.Received.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.That(thread.IsThreadPoolThread, Is.False);
        Assert.That(thread.Name, Does.Contain("Sockets"));
        client.Close();
        server.Close();
    }

    private sealed class ThreadSink : ITransportSink
    {
        private readonly TaskCompletionSource<Thread> received =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task<Thread> Received => received.Task;

        public void OnReceived(TransportResult result) => received.TrySetResult(Thread.CurrentThread);

        public void OnSent(TransportResult result)
        {
        }
    }
}
