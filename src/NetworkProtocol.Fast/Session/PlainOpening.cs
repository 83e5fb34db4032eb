using System;
using System.Buffers;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// The first bytes of a plain session (docs/PROTOCOL.md, Connection opening): the client sends "NPF1", the
/// server answers with the same four bytes, and packets follow. Knows no sockets; bytes in, status out.
/// </summary>
internal static class PlainOpening
{
    /// <summary>"NPF1".</summary>
    internal static ReadOnlySpan<byte> Magic => "NPF1"u8;

    /// <summary>Compares what has come so far; a wrong byte fails as soon as it is there.</summary>
    internal static OperationStatus Match(ReadOnlySpan<byte> received)
    {
        int known = Math.Min(received.Length, Magic.Length);
        if (!received[..known].SequenceEqual(Magic[..known]))
        {
            return OperationStatus.InvalidData;
        }

        return known == Magic.Length ? OperationStatus.Done : OperationStatus.NeedMoreData;
    }

    /// <summary>Names a foreign opening for an error text; "unknown bytes" when it is none that this program
    /// knows.</summary>
    internal static string Describe(ReadOnlySpan<byte> received) => received switch
    {
        [(byte)'N', (byte)'P', (byte)'F', (byte)'1', ..] => "a plain session (NPF1)",
        [(byte)'N', (byte)'P', (byte)'S', (byte)'1', ..] => "a secure session (NPS1)",
        [0x16, 0x03, ..] => "a TLS client hello",
        [(byte)'G', (byte)'E', (byte)'T', ..] or [(byte)'P', (byte)'O', (byte)'S', ..] => "an HTTP request",
        [(byte)'H', (byte)'T', (byte)'T', ..] => "an HTTP response",
        _ => "unknown bytes",
    };
}
