using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Docs;

/// <summary>The flag table in README.md says what <c>npfast relay --help</c> says.</summary>
[TestFixture]
[Category("Binary")]
[CancelAfter(60_000)]
internal sealed partial class FlagTableTests
{
    [Test]
    public async Task FlagTable_NamesAndDefaults_AreThoseOfTheHelp()
    {
        (int exitCode, byte[] output, string errors) = await NpfastProcess.RunAsync("relay", "--help");
        Assert.That(exitCode, Is.Zero, errors);
        Dictionary<string, string> flags = HelpRow().Matches(Encoding.UTF8.GetString(output))
            .ToDictionary(static match => match.Groups["flag"].Value, static match => match.Groups["default"].Value);
        Assert.That(flags, Has.Count.GreaterThan(5), "the help has another form: the scan is broken");
        Assert.That(Readme.Flags(), Is.EquivalentTo(flags));
    }

    [GeneratedRegex(@"^  (?<flag>--[\w-]+) <[^\n]*?(?:\[default: (?<default>[^\n]*)\])?\r?$", RegexOptions.Multiline)]
    private static partial Regex HelpRow();
}
