using System;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Session;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>A man in the middle who changes, drops, repeats, reorders, invents or reflects records of an established
/// session: the side that gets them ends the session and says why.</summary>
[CancelAfter(60_000)]
internal sealed class SecureRecordTamperTests : SecureFixture
{
    /// <summary>What he does to a record of the direction under attack.</summary>
    public enum Attack
    {
        FlipLengthHigh,
        FlipLengthLow,
        FlipBody,
        FlipTag,
        Drop,
        Replay,
        Swap,
        EmptyFrame,
        EmptyRecord,
        Invent,
        Reflect,
    }

    [Test]
    public async Task Record_UnderAttack_EndsTheSessionOfItsReceiver(
        [Values] Attack attack, [Values] bool toServer, [Values] bool authenticates)
    {
        await using ServerHarness harness = StartServer();
        await using var proxy = new FrameProxy(harness.Endpoint);
        await using PacketClient client =
            await harness.ConnectAsync(Pinned(authenticates ? ClientKey : null), proxy.Endpoint);
        await EchoAsync(client);

        // The first record that comes now is attacked; what belongs to it follows at once or with the next ones.
        bool done = false;
        proxy.OnFrame = async (connection, frame) =>
        {
            // A reflected record does its harm where it came from.
            bool isVictims = frame.ToServer == (attack == Attack.Reflect ? !toServer : toServer);
            if (!isVictims || done)
            {
                await connection.ForwardAsync(frame);
                return;
            }

            done = attack != Attack.Swap || connection.Held is not null;
            await AttackAsync(attack, connection, frame);
        };

        // Large enough that a length which grew by a bit is reached before long.
        LinkClosed seenByClient = await EchoUntilClosedAsync(client, bytes: 20_000).WaitAsync(TimeSpan.FromSeconds(30));
        LinkClosed seenByServer = await Log.NextAsync();
        (LinkClosed victim, LinkClosed other) =
            toServer ? (seenByServer, seenByClient) : (seenByClient, seenByServer);
        AssertEnded(victim, CloseReason.ProtocolError, "does not open");
        Assert.That(other.Reason, Is.AnyOf(CloseReason.Truncated, CloseReason.ConnectionLost), other.ToString());
        await AssertHonestEchoAsync(harness);
    }

    [Test]
    public async Task Record_CutShort_IsReportedAsTruncated([Values] bool toServer, [Values(1, 2, 3, 30, -1)] int kept)
    {
        await using ServerHarness harness = StartServer();
        await using var proxy = new FrameProxy(harness.Endpoint);
        await using PacketClient client = await harness.ConnectAsync(Pinned(), proxy.Endpoint);
        await EchoAsync(client);
        proxy.OnFrame = async (connection, frame) =>
        {
            int bytes = kept < 0 ? frame.Bytes.Length + kept : kept;
            bool attacked = frame.ToServer == toServer;
            await connection.SendAsync(frame.ToServer, attacked ? frame.Bytes.AsMemory(0, bytes) : frame.Bytes);
            if (attacked)
            {
                connection.Cut();
            }
        };
        LinkClosed seenByClient = await EchoUntilClosedAsync(client);
        LinkClosed seenByServer = await Log.NextAsync();
        (LinkClosed victim, LinkClosed other) =
            toServer ? (seenByServer, seenByClient) : (seenByClient, seenByServer);
        AssertEnded(victim, CloseReason.Truncated, "in the middle of a record");
        AssertEnded(other, CloseReason.Truncated, "without a Disconnect");
        await AssertHonestEchoAsync(harness);
    }

    private static Task AttackAsync(Attack attack, ProxiedConnection connection, Frame frame)
    {
        bool to = frame.ToServer;
        byte[] bytes = frame.Bytes;
        return attack switch
        {
            Attack.FlipLengthHigh => connection.SendAsync(to, frame.Flipped(0, 0x20)),
            Attack.FlipLengthLow => connection.SendAsync(to, frame.Flipped(1, 0x01)),
            Attack.FlipBody => connection.SendAsync(to, frame.Flipped(RecordLayout.LengthBytes, 0x01)),
            Attack.FlipTag => connection.SendAsync(to, frame.Flipped(bytes.Length - 1, 0x80)),
            Attack.Drop => Task.CompletedTask,
            Attack.Replay => connection.SendAsync(to, (byte[])[.. bytes, .. bytes]),
            Attack.Swap when connection.Held is null => Hold(),
            Attack.Swap => connection.SendAsync(to, (byte[])[.. bytes, .. connection.Held!.Bytes]),
            Attack.EmptyFrame => connection.SendAsync(to, (byte[])[0, 0, .. bytes]),
            Attack.EmptyRecord => connection.SendAsync(
                to, (byte[])[0, RecordLayout.TagBytes, .. new byte[RecordLayout.TagBytes], .. bytes]),
            Attack.Invent => connection.SendAsync(to, (byte[])[0, 40, .. new byte[40], .. bytes]),
            Attack.Reflect => ReflectAsync(),
            _ => throw new ArgumentOutOfRangeException(nameof(attack)),
        };

        Task Hold()
        {
            connection.Held = frame;
            return Task.CompletedTask;
        }

        async Task ReflectAsync()
        {
            await connection.SendAsync(!to, bytes);
            await connection.ForwardAsync(frame);
        }
    }
}
