using System;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Relay.Tests.Acceptance;

/// <summary>
/// One client of the soak: sends payloads that name the client and the request, and checks that each reply
/// is the hash of what was sent: not another client's, not another request's, not a damaged one.
/// </summary>
internal sealed class SoakClient(PacketClient client, int id, int seed)
{
    private const int PrefixBytes = 12;
    private const int PayloadBytesMax = 1 << 20;

    // Around the counts below: several lanes of a client end requests at the same time.
    private readonly Lock gate = new();

    // Random bytes that all payloads are cut from; never changed.
    private static readonly byte[] Source = MakeSource();

    internal long Replies { get; private set; }

    internal long Errors { get; private set; }

    internal long Bytes { get; private set; }

    /// <summary>Sends requests until <paramref name="count"/> have ended; several may run at a time.</summary>
    internal async Task RunAsync(int lane, int count, CancellationToken cancellation)
    {
        var random = new Random(HashCode.Combine(seed, id, lane));
        byte[] payload = new byte[PrefixBytes + PayloadBytesMax];
        for (int i = 0; i < count; i++)
        {
            int size = NextSize(random);
            int bytes = Fill(payload, lane, i, size, random.Next(Source.Length - size));
            await RequestAsync(payload.AsMemory(0, bytes), cancellation);
        }
    }

    private async Task RequestAsync(Memory<byte> payload, CancellationToken cancellation)
    {
        try
        {
            using PacketReply reply = await client.RequestAsync("ECHO", payload, null, cancellation);
            if (!SHA256.HashData(reply.Payload.Span).AsSpan().SequenceEqual(SHA256.HashData(payload.Span)))
            {
                throw new InvalidOperationException($"client {id}: a reply is not what was sent");
            }

            lock (gate)
            {
                Replies++;
                Bytes += payload.Length;
            }
        }
        catch (PacketErrorException e) when (e.Code is ErrorCode.NoUpstream or ErrorCode.Overloaded)
        {
            lock (gate)
            {
                Errors++;
            }

            // A client that is told that nobody is there does not ask again at once.
            await Task.Delay(20, cancellation);
        }
    }

    private int Fill(byte[] payload, int lane, int sequence, int size, int start)
    {
        if (size == 0)
        {
            return 0;
        }

        BinaryPrimitives.WriteInt32LittleEndian(payload, id);
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(4), lane);
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(8), sequence);
        Source.AsSpan(start, size).CopyTo(payload.AsSpan(PrefixBytes));
        return Math.Min(PrefixBytes + size, PayloadBytesMax);
    }

    // 0 B to 1 MiB, most of them small: evenly over the powers of two, with the large ones thinned out.
    private static int NextSize(Random random)
    {
        int limit = random.Next(100) switch
        {
            < 90 => 12,
            < 99 => 16,
            _ => 20,
        };
        return random.Next(1 << random.Next(limit + 1));
    }

    private static byte[] MakeSource()
    {
        byte[] source = new byte[4 << 20];
        new Random(1).NextBytes(source);
        return source;
    }
}
