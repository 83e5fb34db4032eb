using System;
using System.Collections.Generic;
using System.Linq;
using NetworkProtocol.Fast.Session.Noise;

namespace NetworkProtocol.Fast.Tests.Session.Noise;

/// <summary>
/// The patterns of the specification (Noise 7.4, 7.5 and 18.1), in its notation without the arrows: pre-messages before
/// "...", one message after another, initiator first. Modifiers "pskN" are applied as section 9 says.
/// </summary>
internal static class SpecifiedPatterns
{
    private static readonly Dictionary<string, string> Notation = new()
    {
        ["N"] = "r ... e es",
        ["K"] = "i r ... e es ss",
        ["X"] = "r ... e es s ss",
        ["NN"] = "... e, e ee",
        ["NK"] = "r ... e es, e ee",
        ["NX"] = "... e, e ee s es",
        ["KN"] = "i ... e, e ee se",
        ["KK"] = "i r ... e es ss, e ee se",
        ["KX"] = "i ... e, e ee se s es",
        ["XN"] = "... e, e ee, s se",
        ["XK"] = "r ... e es, e ee, s se",
        ["XX"] = "... e, e ee s es, s se",
        ["IN"] = "... e s, e ee se",
        ["IK"] = "r ... e es s ss, e ee se",
        ["IX"] = "... e s, e ee se s es",
        ["NK1"] = "r ... e, e ee es",
        ["NX1"] = "... e, e ee s, es",
        ["X1N"] = "... e, e ee, s, se",
        ["X1K"] = "r ... e es, e ee, s, se",
        ["XK1"] = "r ... e, e ee es, s se",
        ["X1K1"] = "r ... e, e ee es, s, se",
        ["X1X"] = "... e, e ee s es, s, se",
        ["XX1"] = "... e, e ee s, es s se",
        ["X1X1"] = "... e, e ee s, es s, se",
        ["K1N"] = "i ... e, e ee, se",
        ["K1K"] = "i r ... e es, e ee, se",
        ["KK1"] = "i r ... e, e ee se es",
        ["K1K1"] = "i r ... e, e ee es, se",
        ["K1X"] = "i ... e, e ee s es, se",
        ["KX1"] = "i ... e, e ee se s, es",
        ["K1X1"] = "i ... e, e ee s, se es",
        ["I1N"] = "... e s, e ee, se",
        ["I1K"] = "r ... e es s, e ee, se",
        ["IK1"] = "r ... e s, e ee se es",
        ["I1K1"] = "r ... e s, e ee es, se",
        ["I1X"] = "... e s, e ee s es, se",
        ["IX1"] = "... e s, e ee se s, es",
        ["I1X1"] = "... e s, e ee s, se es",
    };

    /// <summary>All names without modifiers.</summary>
    internal static IReadOnlyCollection<string> Names => Notation.Keys;

    /// <summary>A pattern by its name, such as XXpsk0+psk3.</summary>
    internal static HandshakePattern Get(string name)
    {
        int end = name.IndexOf("psk", StringComparison.Ordinal);
        string[] parts = Notation[end < 0 ? name : name[..end]].Split("...");
        List<List<HandshakeToken>> messages = [.. parts[1].Split(',').Select(Tokens)];
        foreach (string modifier in end < 0 ? [] : name[end..].Split('+'))
        {
            // psk0 opens the first message, pskN closes message N.
            int position = modifier["psk".Length] - '0';
            List<HandshakeToken> message = messages[Math.Max(0, position - 1)];
            message.Insert(position == 0 ? 0 : message.Count, HandshakeToken.Psk);
        }

        return new HandshakePattern
        {
            Name = name,
            InitiatorIsKnown = parts[0].Contains('i', StringComparison.Ordinal),
            ResponderIsKnown = parts[0].Contains('r', StringComparison.Ordinal),
            Messages = messages,
        };
    }

    private static List<HandshakeToken> Tokens(string message) =>
        [.. message.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(static token => Enum.Parse<HandshakeToken>(token, ignoreCase: true))];
}
