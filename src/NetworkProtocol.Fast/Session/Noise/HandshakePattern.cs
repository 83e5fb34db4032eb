using System.Collections.Generic;

namespace NetworkProtocol.Fast.Session.Noise;

/// <summary>
/// A handshake pattern as data (Noise 7): which static keys are known beforehand, and the tokens of each message, the
/// initiator's first and then in turns. Patterns whose pre-messages hold ephemerals are none that two sides begin with,
/// so they cannot be said. Immutable.
/// </summary>
internal sealed class HandshakePattern
{
    /// <summary>As it stands in the protocol's name, with modifiers.</summary>
    internal required string Name { get; init; }

    /// <summary>The pre-message "-> s": the responder knows the initiator's static key.</summary>
    internal bool InitiatorIsKnown { get; init; }

    /// <summary>The pre-message "&lt;- s": the initiator knows the responder's static key.</summary>
    internal bool ResponderIsKnown { get; init; }

    internal required IReadOnlyList<IReadOnlyList<HandshakeToken>> Messages { get; init; }

    /// <summary>Only the initiator ever sends.</summary>
    internal bool IsOneWay => Messages.Count == 1;

    /// <summary>The server proves its key, the client stays anonymous.</summary>
    internal static HandshakePattern NX { get; } = new()
    {
        Name = "NX",
        Messages =
        [
            [HandshakeToken.E],
            [HandshakeToken.E, HandshakeToken.EE, HandshakeToken.S, HandshakeToken.ES],
        ],
    };

    /// <summary>Both prove their keys.</summary>
    internal static HandshakePattern XX { get; } = new()
    {
        Name = "XX",
        Messages =
        [
            [HandshakeToken.E],
            [HandshakeToken.E, HandshakeToken.EE, HandshakeToken.S, HandshakeToken.ES],
            [HandshakeToken.S, HandshakeToken.SE],
        ],
    };

    /// <summary>How often the token stands in the messages.</summary>
    internal int Count(HandshakeToken token)
    {
        int count = 0;
        foreach (IReadOnlyList<HandshakeToken> message in Messages)
        {
            foreach (HandshakeToken other in message)
            {
                count += other == token ? 1 : 0;
            }
        }

        return count;
    }

    /// <summary>Whether a side puts its static key into an agreement, so that it must have one.</summary>
    internal bool UsesStaticOf(bool initiator) =>
        (initiator ? Count(HandshakeToken.SE) : Count(HandshakeToken.ES)) + Count(HandshakeToken.SS) > 0;
}
