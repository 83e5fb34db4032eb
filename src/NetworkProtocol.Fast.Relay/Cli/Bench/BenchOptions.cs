using System;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>What to send, how much and for how long.</summary>
internal sealed record BenchOptions
{
    // Before measuring: by then pools, windows and the JIT are in their steady state.
    private const double WarmUpShare = 0.25;

    internal required int PayloadBytes { get; init; }

    internal required PacketName Name { get; init; }

    internal required LoadShape Shape { get; init; }

    /// <summary>Time measured for each subject and round.</summary>
    internal required TimeSpan Duration { get; init; }

    internal required int Rounds { get; init; }

    /// <summary>How requests are compressed.</summary>
    internal CompressionOptions Compression { get; init; } = CompressionOptions.None;

    /// <summary>Payloads are text that compresses well instead of random bytes.</summary>
    internal bool IsCompressible { get; init; }

    /// <summary>The server is not in this process, so its memory and processor time are not seen.</summary>
    internal bool IsRemote { get; init; }

    /// <summary>The longest wait, after the window, for what is under way.</summary>
    internal TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time before it is measured.</summary>
    internal TimeSpan WarmUp => Duration * WarmUpShare;

    /// <summary>A message on the wire: header, name, payload.</summary>
    internal int WireBytes => PacketHeader.BytesCount + Name.Utf8.Length + PayloadBytes;

    /// <summary>What each message carries; the same bytes in every run.</summary>
    internal byte[] CreatePayload()
    {
        byte[] payload = new byte[PayloadBytes];
        if (!IsCompressible)
        {
            new Random(1).NextBytes(payload);
            return payload;
        }

        ReadOnlySpan<byte> line = "{\"id\":0,\"name\":\"order\",\"state\":\"accepted\",\"amount\":1250},"u8;
        for (int i = 0; i < payload.Length; i++)
        {
            payload[i] = line[i % line.Length];
        }

        // Numbers differ from line to line, as they do in what people send.
        for (int i = 6; i < payload.Length; i += line.Length)
        {
            payload[i] = (byte)('0' + (i * 7 / line.Length % 10));
        }

        return payload;
    }
}
