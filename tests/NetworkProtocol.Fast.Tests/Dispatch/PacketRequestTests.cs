using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Tests.Link;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Dispatch;

/// <summary>A request that is kept for longer than it is valid.</summary>
[CancelAfter(60_000)]
internal sealed class PacketRequestTests
{
    [Test]
    public async Task Request_UsedAfterItsEnd_IsRefused()
    {
        PacketRequest kept = default;
        HandlerTable handlers = new HandlerTable().MapAsync("keep", r =>
        {
            kept = r;
            return default;
        });
        await using var harness = new LinkHarness();
        var (link, _, peer) = await harness.StartOpenAsync(handlers: handlers);
        await peer.SendAsync(RawPacket.Named("keep", 1, "x"u8));
        await peer.PacketAsync();
        await Eventually.HoldsAsync(() => link.RequestsInFlight == 0, "the request has ended");
        ExpectRefused(kept);
    }

    [Test]
    public void Request_ThatNeverWasOne_IsRefused() => ExpectRefused(default);

    [TestCase(false)]
    [TestCase(true)]
    public async Task Request_UsedWhileTheNextHasItsPlace_IsRefusedAndTheNextUntouched(bool firstAnswered)
    {
        var seen = new List<PacketRequest>();
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        HandlerTable handlers = new HandlerTable().MapAsync("keep", async r =>
        {
            seen.Add(r);
            if (seen.Count == 1)
            {
                if (firstAnswered)
                {
                    r.Reply("first"u8);
                }

                return;
            }

            await hold.Task;
            r.Reply(r.Payload.Span);
        });
        await using var harness = new LinkHarness();
        var (link, sink, peer) = await harness.StartOpenAsync(handlers: handlers);
        await peer.SendAsync(RawPacket.Named("keep", 1, "one"u8));
        Assert.That((await peer.PacketAsync()).Correlation, Is.EqualTo(1));
        await Eventually.HoldsAsync(() => link.RequestsInFlight == 0, "the first has ended");
        await peer.SendAsync(RawPacket.Named("keep", 2, "two"u8));
        await Eventually.HoldsAsync(() => Volatile.Read(ref seen).Count == 2, "the second is under way");

        Assert.That(seen[0], Is.Not.EqualTo(seen[1]));
        ExpectRefused(seen[0]);
        Assert.That(seen[1].Payload.ToArray(), Is.EqualTo("two"u8.ToArray()));
        hold.SetResult();
        RawPacket answer = await peer.PacketAsync();
        Assert.That((answer.Type, answer.Correlation), Is.EqualTo((PacketType.Custom, 2u)));
        Assert.That(answer.Payload, Is.EqualTo("two"u8.ToArray()));
        await Eventually.HoldsAsync(() => link.RequestsInFlight == 0, "the second has ended");
        await peer.ExpectNothingSentAsync();
    }

    [Test]
    public async Task Payload_AfterTheReply_IsStillTheRequests()
    {
        byte[] after = [];
        InvalidOperationException? twice = null;
        HandlerTable handlers = new HandlerTable().MapAsync("late", r =>
        {
            r.Reply("reply"u8);
            after = r.Payload.ToArray();
            twice = Assert.Throws<InvalidOperationException>(() => r.Reply("twice"u8));
            return default;
        });
        RawPacket answer = await OneRequest.AskAsync(handlers, RawPacket.Named("late", 1, "request"u8));
        Assert.That(answer.Payload, Is.EqualTo("reply"u8.ToArray()));
        Assert.That(after, Is.EqualTo("request"u8.ToArray()));
        Assert.That(twice, Is.Not.Null);
    }

    [Test]
    public async Task Requests_WhoseWorkAnswersAsTheyEnd_AreAnsweredOnceWithTheirOwn()
    {
        const int Rounds = 200;
        const int AtOnce = 8;
        int answeredByWork = 0;
        int left = 0;
        HandlerTable handlers = new HandlerTable().MapAsync("race", r =>
        {
            byte[] mine = r.Payload.ToArray();
            Interlocked.Increment(ref left);
            _ = Task.Run(() =>
            {
                try
                {
                    r.Reply(mine);
                    Interlocked.Increment(ref answeredByWork);
                }
                catch (InvalidOperationException)
                {
                    // The end was first.
                }
                finally
                {
                    Interlocked.Decrement(ref left);
                }
            });
            Thread.SpinWait(mine[0] * 20);
            return default;
        });
        await using var harness = new LinkHarness();
        var (link, _, peer) = await harness.StartOpenAsync(handlers: handlers);
        int answeredInFull = 0;
        for (int round = 0; round < Rounds; round++)
        {
            uint first = (uint)(round * AtOnce) + 1;
            await peer.SendAsync([.. Enumerable.Range(0, AtOnce).SelectMany(
                i => RawPacket.Named("race", first + (uint)i, [(byte)round, .. BitConverter.GetBytes(first + i)]))]);
            var answered = new HashSet<uint>();
            while (answered.Count < AtOnce)
            {
                RawPacket answer = await peer.PacketAsync();
                Assert.That(answered.Add(answer.Correlation), "answered once");
                if (answer.Payload.Length > 0)
                {
                    answeredInFull++;
                    Assert.That(BitConverter.ToInt64(answer.Payload, 1), Is.EqualTo(answer.Correlation));
                }
            }

            await Eventually.HoldsAsync(() => link.RequestsInFlight == 0 && Volatile.Read(ref left) == 0, "all ended");
        }

        Assert.That(answeredInFull, Is.EqualTo(answeredByWork));
        await peer.ExpectNothingSentAsync();
    }

    private static void ExpectRefused(PacketRequest kept)
    {
        Assert.That(() => kept.Reply("late"u8), Throws.InstanceOf<InvalidOperationException>());
        Assert.That(() => kept.Fail(ErrorCode.Internal, "late"), Throws.InstanceOf<InvalidOperationException>());
        Assert.That(() => kept.Payload, Throws.InstanceOf<InvalidOperationException>());
        Assert.That(() => kept.Name, Throws.InstanceOf<InvalidOperationException>());
        Assert.That(() => kept.Peer, Throws.InstanceOf<InvalidOperationException>());
        Assert.That(() => kept.Type, Throws.InstanceOf<InvalidOperationException>());
        Assert.That(() => kept.IsOneWay, Throws.InstanceOf<InvalidOperationException>());
    }
}
