using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging.Abstractions;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Diagnostics;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Relay.Admin;
using NetworkProtocol.Fast.Relay.Tests.Forwarding;
using NetworkProtocol.Fast.Server;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Admin;

/// <summary>What is sampled each second.</summary>
[TestFixture]
[CancelAfter(60_000)]
internal sealed class HistoryTests
{
    [Test]
    public async Task Sample_IsMadeOfWhatItShowsAndNothingElse(CancellationToken cancellation)
    {
        using var runtime = new LinkRuntime();
        await using var server = new PacketServer(
            new ServerOptions { Listeners = [Plain.Loopback] }, new HandlerTable(), runtime);
        server.Start();
        await using PacketClient client = await PacketClient.ConnectAsync(
            server.Endpoints[0], runtime, Plain.Client, cancellation);
        for (int i = 0; i < 5; i++)
        {
            (await client.RequestAsync("ECHO", new byte[10], cancellationToken: cancellation)).Dispose();
        }

        MetricSnapshot few = runtime.Metrics.Collect(History.Wanted);
        Totals totals = History.TotalsOf(few);
        Assert.That((totals.Connections, totals.Requests, totals.PacketsIn), Is.EqualTo((1.0, 5.0, 6.0)));
        Assert.That(totals.Durations.Sum(), Is.EqualTo(5));
        IEnumerable<string> unwanted = Metrics.All.Where(m => !History.Wanted.Contains(m) && few[m].Count > 0)
            .Select(static m => m.Name);
        Assert.That(unwanted, Is.Empty);
    }

    [Test]
    public async Task Samples_OfARegistry_AskForWhatTheyShowOnly()
    {
        using var runtime = new LinkRuntime();
        var source = new Costly();
        runtime.Metrics.Add(source);
        using var history = new History(runtime.Metrics, NullLogger.Instance);
        await Eventually.HoldsAsync(() => history.Samples.Count > 0);
        Assert.That(source.Looks, Is.Positive);
        Assert.That(source.IsAskedForDescriptors, Is.False, "they are a folder of names to read");
    }

    [Test]
    public async Task Sample_ThatFails_IsToldAndTheNextOneIsTaken()
    {
        const int NoSample = 705;
        var log = new FaultyLog(-1, NoSample);
        var metrics = new MetricRegistry();
        var source = new BrokenOnce();
        metrics.Add(source);
        using var history = new History(metrics, log);
        await Eventually.HoldsAsync(() => history.Samples.Count > 0);
        Assert.That((log.Counted, source.Looks), Is.EqualTo((1, 2)));
    }

    private sealed class Costly : IMetricSource
    {
        private int looks;
        private bool isAsked;

        internal int Looks => Volatile.Read(ref looks);

        internal bool IsAskedForDescriptors => Volatile.Read(ref isAsked);

        public void Collect(MetricSnapshot snapshot)
        {
            Volatile.Write(ref isAsked, isAsked || snapshot.Wants(Metrics.ProcessDescriptors));
            Interlocked.Increment(ref looks);
        }
    }

    private sealed class BrokenOnce : IMetricSource
    {
        private int looks;

        internal int Looks => Volatile.Read(ref looks);

        public void Collect(MetricSnapshot snapshot)
        {
            if (Interlocked.Increment(ref looks) == 1)
            {
                throw new InvalidOperationException("the source is at fault");
            }
        }
    }
}
