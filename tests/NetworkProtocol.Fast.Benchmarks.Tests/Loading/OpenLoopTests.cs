using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Benchmarks.Measuring;
using NetworkProtocol.Fast.Benchmarks.Processes;
using NetworkProtocol.Fast.Benchmarks.Scenarios;
using NetworkProtocol.Fast.Relay.Cli;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Benchmarks.Tests.Loading;

/// <summary>An open loop of npfast-load. Beside a server that stands still, the requests that it holds up
/// count.</summary>
[TestFixture]
internal sealed class OpenLoopTests
{
    private const double WindowSeconds = 1;
    private const double WarmUpShare = 0.25;
    private const int Rate = 1000;

    // Header, the name ECHO, payload.
    private const int WireBytes = 16 + 4 + 64;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    // Few under way at most: the pacer waits with the rest, and those it could not send count as well.
    // One that comes back as soon as the window is over stands still from its first quarter on: what it holds up
    // longest waited three quarters.
    [TestCase(4096, 0.5, false)]
    [TestCase(8, 0.5, false)]
    [TestCase(4096, 0.25, true)]
    [TestCase(8, 0.25, true)]
    public async Task Generate_ServerThatStandsStillWithinTheWindow_HasItInItsPercentiles(
        int inFlight, double answered, bool comesBack)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using Child load = StartLoad(listener, inFlight, "--drain", "2");
        using TcpClient client = await listener.AcceptTcpClientAsync().WaitAsync(Limit);
        NetworkStream stream = client.GetStream();
        var resumed = new TaskCompletionSource();
        Task echoing = EchoAsync(stream, (int)(Rate * WindowSeconds * (WarmUpShare + answered)), resumed.Task);

        await load.LineWithAsync("\"measured\"", Limit);
        if (comesBack)
        {
            resumed.SetResult();
        }

        Dictionary<string, double> figures = Generator.Read(
            await load.LineWithAsync("\"result\"", Limit), payloadBytes: 64, separatesRelay: false);
        resumed.TrySetResult();
        await echoing.WaitAsync(Limit);
        Assert.That(figures[FigureName.P99], Is.GreaterThanOrEqualTo(WindowSeconds / 2 * 1e6));
        Assert.That(figures[FigureName.OfRate], Is.LessThan(0.99));
    }

    [Test]
    public async Task Generate_ProcessToWatch_HasItsProcessorTimeOfTheWindow()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using Child load = StartLoad(listener, 64, "--watch", Text(Environment.ProcessId));
        using TcpClient client = await listener.AcceptTcpClientAsync().WaitAsync(Limit);
        Task echoing = EchoAsync(client.GetStream(), int.MaxValue, Task.CompletedTask);
        string result = await load.LineWithAsync("\"result\"", Limit);
        await echoing.WaitAsync(Limit);
        Dictionary<string, double> figures = Generator.Read(result, payloadBytes: 64, separatesRelay: false);
        Assert.That(figures[FigureName.RelayCpu], Is.Positive);
        Assert.That(figures, Does.Not.ContainKey(FigureName.UpstreamCpu));
        var latencies = new LatencyHistogram();
        Generator.ReadLatencies(result, latencies);
        Assert.That(latencies.PercentileMicroseconds(0.5), Is.EqualTo(figures[FigureName.P50]).Within(1.6).Percent);
    }

    private static Child StartLoad(TcpListener target, int inFlight, params string[] more) => Child.Start("load",
    [
        "dotnet", Path.Combine(AppContext.BaseDirectory, "npfast-load.dll"), "generate", "raw",
        $"tcp://127.0.0.1:{((IPEndPoint)target.LocalEndpoint).Port}", "--connections", "1",
        "--in-flight", Text(inFlight), "--seconds", Text(WindowSeconds), "--rate", Text(Rate), .. more,
    ]);

    // What is asked is counted and not the time, so that it stands still at the same request on a slow machine.
    private static async Task EchoAsync(NetworkStream stream, int answered, Task resumed)
    {
        byte[] buffer = new byte[WireBytes];
        try
        {
            for (int request = 0; ; request++)
            {
                if (request == answered)
                {
                    await resumed;
                }

                await stream.ReadExactlyAsync(buffer);
                await stream.WriteAsync(buffer);
            }
        }
        catch (IOException)
        {
            // The load has what it wants.
        }
    }

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
