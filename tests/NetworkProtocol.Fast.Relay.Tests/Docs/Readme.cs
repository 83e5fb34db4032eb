using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using NetworkProtocol.Fast.Tests.Shared;

namespace NetworkProtocol.Fast.Relay.Tests.Docs;

/// <summary>README.md, as far as tests hold it to its word.</summary>
internal static partial class Readme
{
    private static readonly string Text = RepositoryRoot.Read("README.md");

    /// <summary>The fenced blocks of a language, in order.</summary>
    internal static IReadOnlyList<string> Blocks(string language) =>
        [.. Fence().Matches(Text).Where(match => match.Groups["language"].Value == language)
            .Select(static match => match.Groups["body"].Value)];

    /// <summary>The one block of a language that contains the text.</summary>
    internal static string Block(string language, string containing) =>
        Blocks(language).Single(block => block.Contains(containing, StringComparison.Ordinal));

    /// <summary>Flags of the flag table with their defaults, as <c>--name</c> to text; empty where there is none.</summary>
    internal static IReadOnlyDictionary<string, string> Flags() =>
        FlagRow().Matches(Text)
            .ToDictionary(static match => match.Groups["flag"].Value, static match => match.Groups["default"].Value);

    [GeneratedRegex(@"^```(?<language>\w+)\n(?<body>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^\| `(?<flag>--[\w-]+)[^`|]*`\s*\| (?:`(?<default>[^`]*)` )?\|", RegexOptions.Multiline)]
    private static partial Regex FlagRow();
}
