using System.Collections.Generic;
using NetworkProtocol.Fast.Session;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session;

[Platform(Exclude = "Win", Reason = "paths have another form there")]
internal sealed class StateDirectoryTests
{
    [TestCase("/var/lib/npfast", "/x", "/var/lib/npfast")]
    [TestCase("/var/lib/npfast:/var/lib/other", "/x", "/var/lib/npfast")]
    [TestCase("relative", "/x", "/x/npfast")]
    [TestCase("", "/x", "/x/npfast")]
    [TestCase(null, "/x", "/x/npfast")]
    [TestCase(null, "relative", "/home/me/.local/state/npfast")]
    [TestCase(null, "", "/home/me/.local/state/npfast")]
    [TestCase(null, null, "/home/me/.local/state/npfast")]
    public void Find_ByTheEnvironment_TakesTheFirstThatIsAbsolute(string? service, string? state, string expected)
    {
        var variables = new Dictionary<string, string?> { ["STATE_DIRECTORY"] = service, ["XDG_STATE_HOME"] = state };
        Assert.That(StateDirectory.Find(variables.GetValueOrDefault, "/home/me"), Is.EqualTo(expected));
    }

    [Test]
    public void Find_WithoutAHome_SaysWhatToSet() => Assert.That(
        static () => StateDirectory.Find(static _ => null, string.Empty),
        Throws.TypeOf<KeyFileException>().With.Message.Contains("set XDG_STATE_HOME"));
}
