using System;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Session;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Link;

/// <summary>Whatever a link is at when it ends, it forgets both of its keys.</summary>
[CancelAfter(60_000)]
internal sealed class SecureKeyLifeTests
{
    [Test]
    public async Task Close_WhileTheHandshakeEnds_ForgetsBothKeys([Values] bool closes)
    {
        await using var harness = new LinkHarness();
        using SessionPair pair = SessionPair.Finished(authenticate: false);
        (TransportConnection near, TransportConnection far) = InMemoryTransport.CreatePair();
        var peer = new RawPeer(far);
        (PeerLink link, TableSink sink) = harness.Start(near, far, new Scripted(pair.ServerKeys, closes));
        await peer.SendAsync([.. SecureOpening.Magic, 0]);
        if (!closes)
        {
            await Eventually.HoldsAsync(() => link.IsSecure);
            link.Close(CloseReason.Requested, "the test ends it");
        }

        Assert.That((await sink.Closed).Reason, Is.EqualTo(CloseReason.Requested));
        byte[] record = new byte[100];
        Assert.That(pair.ServerKeys.Sealer.Seal(new byte[10], record, out _), Is.EqualTo(RecordStatus.Ended));
        Assert.That(pair.ServerKeys.Opener.TryOpen(new byte[30], new byte[20], out _), Is.EqualTo(RecordStatus.Ended));
    }

    /// <summary>A handshake that is done at once; meanwhile somebody else may close its link.</summary>
    private sealed class Scripted(SessionKeys keys, bool closes) : SessionSecurity
    {
        internal override LinkHandshake Begin(PeerLink link) => new Step(link, keys, closes);

        private sealed class Step(PeerLink link, SessionKeys keys, bool closes) : LinkHandshake
        {
            internal override HandshakeStep Advance(ReadOnlySpan<byte> unread)
            {
                if (closes)
                {
                    link.Close(CloseReason.Requested, "from elsewhere");
                }

                return HandshakeStep.Finished(unread.Length);
            }

            internal override SessionKeys TakeKeys() => keys;

            protected override void Dispose(bool disposing)
            {
            }

            private protected override void Work()
            {
            }

            private protected override void Fail(string error)
            {
            }
        }
    }
}
