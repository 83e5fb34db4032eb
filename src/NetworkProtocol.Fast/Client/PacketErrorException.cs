using System;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Client;

/// <summary>The peer answered a request with an Error packet, or the request's time ran out.</summary>
public sealed class PacketErrorException : Exception
{
    internal PacketErrorException(ErrorCode code, string text)
        : base(text.Length == 0 ? code.ToString() : $"{code}: {text}") => Code = code;

    /// <summary>What kind of error (docs/PROTOCOL.md, Errors).</summary>
    public ErrorCode Code { get; }
}
