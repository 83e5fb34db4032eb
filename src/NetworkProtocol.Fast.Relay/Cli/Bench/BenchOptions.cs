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

    /// <summary>The server is not in this process, so its memory and processor time are not seen.</summary>
    internal bool IsRemote { get; init; }

    internal TimeSpan WarmUp => Duration * WarmUpShare;

    /// <summary>A message on the wire: header, name, payload.</summary>
    internal int WireBytes => PacketHeader.BytesCount + Name.Utf8.Length + PayloadBytes;
}
