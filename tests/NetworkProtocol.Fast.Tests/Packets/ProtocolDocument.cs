using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using NetworkProtocol.Fast.Tests.Shared;

namespace NetworkProtocol.Fast.Tests.Packets;

/// <summary>What docs/PROTOCOL.md says in a form that a program can check.</summary>
internal static partial class ProtocolDocument
{
    private static readonly string Text = RepositoryRoot.Read("docs", "PROTOCOL.md");

    /// <summary>The blocks marked <c>hex</c>, by name, without their remarks.</summary>
    public static IReadOnlyDictionary<string, byte[]> Examples { get; } = ExamplePattern().Matches(Text).ToDictionary(
        match => match.Groups["name"].Value,
        match => Bytes(string.Join('\n', match.Groups["body"].Value.Split('\n').Select(line => line.Split('#')[0]))));

    /// <summary>The rows of the table of refused bytes.</summary>
    public static IReadOnlyList<(byte[] Bytes, int Code, string Fault)> Refusals { get; } = RefusalPattern()
        .Matches(Text)
        .Select(match => (Bytes(match.Groups["bytes"].Value), Code(match), match.Groups["text"].Value))
        .ToList();

    /// <summary>The rows of the table of error codes.</summary>
    public static IReadOnlyList<(int Code, string Name)> ErrorCodes { get; } = CodePattern()
        .Matches(Text)
        .Select(match => (Code(match), match.Groups["name"].Value))
        .ToList();

    /// <summary>Whether an example is of secure sessions, not a packet.</summary>
    public static bool IsOfSessions(string name) =>
        name.Split('-')[0] is "nx" or "xx" or "secure";

    private static int Code(Match match) => int.Parse(match.Groups["code"].ValueSpan, CultureInfo.InvariantCulture);

    private static byte[] Bytes(string hex) =>
        Convert.FromHexString(string.Concat(hex.Where(c => !char.IsWhiteSpace(c))));

    [GeneratedRegex(@"^```hex (?<name>[a-z0-9-]+)\n(?<body>[^`]*)^```$", RegexOptions.Multiline)]
    private static partial Regex ExamplePattern();

    [GeneratedRegex(@"^\| `(?<bytes>[0-9A-F ]+)` \| (?<code>\d+) \| (?<text>[^|]+) \|$", RegexOptions.Multiline)]
    private static partial Regex RefusalPattern();

    [GeneratedRegex(@"^\| (?<code>\d+) \| (?<name>[A-Z][A-Za-z]+) \| [^|]+ \|$", RegexOptions.Multiline)]
    private static partial Regex CodePattern();
}
