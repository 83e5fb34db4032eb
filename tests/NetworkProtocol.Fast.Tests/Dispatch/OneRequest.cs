using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Tests.Link;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Dispatch;

/// <summary>One request to handlers, one answer, and after it the link lives on and has sent nothing else.</summary>
internal static class OneRequest
{
    internal static async Task<RawPacket> AskAsync(
        HandlerTable handlers, byte[] request, LinkOptions? options = null, LinkSettings? settings = null)
    {
        await using var harness = new LinkHarness();
        var (link, _, peer) = await harness.StartOpenAsync(options, handlers, settings);
        Task sending = peer.SendAsync(request);
        RawPacket answer = await peer.PacketAsync();
        await sending;
        await Eventually.HoldsAsync(() => link.RequestsInFlight == 0, "the request has ended");
        await peer.ExpectNothingSentAsync();
        Assert.That(answer.Correlation, Is.EqualTo(1));
        return answer;
    }
}
