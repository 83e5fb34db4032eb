using System;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Tests.Link;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Dispatch;

[CancelAfter(60_000)]
internal sealed class HandlerTests
{
    [TestCase("sync")]
    [TestCase("async")]
    public async Task Handler_ThatThrows_FailsItsRequestOnly(string kind)
    {
        HandlerTable handlers = new HandlerTable()
            .Map("sync", static (ref PacketContext _) => throw new InvalidOperationException("secret"))
            .MapAsync("async", static _ => throw new InvalidOperationException("secret"));
        RawPacket answer = await OneRequest.AskAsync(handlers, RawPacket.Named(kind, 1, "x"u8));
        Assert.That((answer.Type, answer.Code, answer.Text),
            Is.EqualTo((PacketType.Error, ErrorCode.HandlerFailed, "the handler failed")));
    }

    [TestCase("sync")]
    [TestCase("async")]
    [TestCase("later")]
    public async Task Handler_ThatThrowsAfterItsReply_HasReplied(string kind)
    {
        HandlerTable handlers = new HandlerTable()
            .Map("sync", static (ref PacketContext c) =>
            {
                c.Reply("done"u8);
                throw new InvalidOperationException("too late");
            })
            .MapAsync("async", static r =>
            {
                r.Reply("done"u8);
                throw new InvalidOperationException("too late");
            })
            .MapAsync("later", static async r =>
            {
                r.Reply("done"u8);
                await Task.Yield();
                throw new InvalidOperationException("too late");
            });
        Assert.That((await OneRequest.AskAsync(handlers, RawPacket.Named(kind, 1, default))).Payload,
            Is.EqualTo("done"u8.ToArray()));
    }

    [TestCase("sync")]
    [TestCase("async")]
    [TestCase("sync.fail")]
    [TestCase("async.fail")]
    public async Task Handler_ThatRepliesTwice_IsToldAndTheFirstReplyHolds(string kind)
    {
        Exception? thrown = null;
        HandlerTable handlers = new HandlerTable()
            .Map("sync", (ref PacketContext c) =>
            {
                c.Reply("one"u8);
                try
                {
                    c.Reply("two"u8);
                }
                catch (InvalidOperationException e)
                {
                    thrown = e;
                }
            })
            .Map("sync.fail", static (ref PacketContext c) =>
            {
                c.Reply("one"u8);
                c.Fail(ErrorCode.Internal, "two");
            })
            .MapAsync("async", static r =>
            {
                r.Reply("one"u8);
                r.Reply("two"u8);
                return default;
            })
            .MapAsync("async.fail", static r =>
            {
                r.Reply("one"u8);
                r.Fail(ErrorCode.Internal, "two");
                return default;
            });
        Assert.That((await OneRequest.AskAsync(handlers, RawPacket.Named(kind, 1, default))).Payload,
            Is.EqualTo("one"u8.ToArray()));
        Assert.That(thrown, kind == "sync" ? Is.Not.Null : Is.Null);
    }

    [TestCase("sync")]
    [TestCase("async")]
    [TestCase("sync.throws")]
    [TestCase("async.throws")]
    [TestCase("sync.fails")]
    [TestCase("async.replies")]
    [TestCase("nobody")]
    public async Task OneWay_ToAnyHandler_GetsNoAnswer(string kind)
    {
        HandlerTable handlers = new HandlerTable()
            .Map("sync", static (ref PacketContext c) => c.Reply("no"u8))
            .Map("sync.fails", static (ref PacketContext c) => c.Fail(ErrorCode.Internal, "no"))
            .Map("sync.throws", static (ref PacketContext _) => throw new InvalidOperationException("no"))
            .MapAsync("async", static _ => default)
            .MapAsync("async.replies", static r =>
            {
                r.Reply("no"u8);
                return default;
            })
            .MapAsync("async.throws", static _ => throw new InvalidOperationException("no"));
        await using var harness = new LinkHarness();
        var (link, sink, peer) = await harness.StartOpenAsync(handlers: handlers);
        await peer.SendAsync(RawPacket.Bytes(
            new PacketHeader { Type = PacketType.Custom, Flags = PacketFlags.OneWay, Correlation = 5 }, kind, "x"u8));
        await Eventually.HoldsAsync(() => sink.Packets == 1 && link.RequestsInFlight == 0, "it is handled");
        await peer.ExpectNothingSentAsync();
    }

    [TestCase("sync")]
    [TestCase("async")]
    public async Task Fail_WithAVeryLongText_SendsTheBeginning(string kind)
    {
        string text = new('é', 1_000);
        HandlerTable handlers = new HandlerTable()
            .Map("sync", (ref PacketContext c) => c.Fail(ErrorCode.Unauthorized, text))
            .MapAsync("async", r =>
            {
                r.Fail(ErrorCode.Unauthorized, text);
                return default;
            });
        RawPacket answer = await OneRequest.AskAsync(handlers, RawPacket.Named(kind, 1, default));
        Assert.That(answer.Code, Is.EqualTo(ErrorCode.Unauthorized));
        Assert.That(answer.Text, Has.Length.GreaterThan(200).And.Matches("^é+$"));
    }
}
