using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Cli;

/// <summary>A key that can be set and is then ignored would be worse than none.</summary>
[TestFixture]
internal sealed partial class ConfigurationUseTests
{
    [Test]
    public void Keys_AreAllReadIntoOptions()
    {
        string[] sources = [.. Directory.EnumerateFiles(
            Path.Combine(RepositoryRoot.Path, "src"), "*.cs", SearchOption.AllDirectories)];
        string[] keys =
        [
            .. sources.Where(IsOfKeys).SelectMany(static f => Key().Matches(File.ReadAllText(f))
                .Select(m => Path.GetFileNameWithoutExtension(f) + "." + m.Groups[1].Value)),
        ];
        Assert.That(keys, Has.Length.EqualTo(ConfigurationSchema.Sections.Sum(static s => s.Keys.Count)));

        // What checks values, or makes options of the command line of them, does nothing with them.
        string[] users = [.. sources.Where(static f => !IsOfKeys(f) && !Idle().IsMatch(Path.GetFileName(f)))];
        string[] read =
        [
            .. Read().Matches(string.Concat(users.Select(File.ReadAllText))).Select(static m => m.Groups[1].Value),
            .. Inherited().Matches(string.Concat(sources.Where(IsOfKeys).Select(File.ReadAllText)))
                .Select(static m => m.Groups[1].Value),
        ];
        Assert.That(keys.Except(read), Is.Empty);
    }

    private static bool IsOfKeys(string file) => Keys().IsMatch(Path.GetFileName(file));

    [GeneratedRegex(@"^\w+Keys\.cs$")]
    private static partial Regex Keys();

    [GeneratedRegex(@"(Rules|Parameters|CommandLineLayer|Example)\.cs$")]
    private static partial Regex Idle();

    [GeneratedRegex(@"ConfigurationKey<[^>]+>+ (\w+) \{ get; \}")]
    private static partial Regex Key();

    // Read through the keys of another section, which has them where it says nothing itself.
    [GeneratedRegex(@"Inherits = (\w+Keys\.\w+),")]
    private static partial Regex Inherited();

    [GeneratedRegex(@"\bGet(?:All)?\(\s*(?:\w+,\s*)?(\w+Keys\.\w+)\)")]
    private static partial Regex Read();
}
