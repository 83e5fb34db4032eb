using System;
using System.Text;
using NetworkProtocol.Fast.Dispatch;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Dispatch;

internal sealed class RouteMatchTests
{
    [TestCase("orders", RouteMatchKind.Exact, "orders", 0, 0)]
    [TestCase("orders.*", RouteMatchKind.Prefix, "orders.", 0, 0)]
    [TestCase("a.b.*", RouteMatchKind.Prefix, "a.b.", 0, 0)]
    [TestCase("*", RouteMatchKind.Any, "", 0, 0)]
    [TestCase("256", RouteMatchKind.Number, "", 256, 256)]
    [TestCase("65535", RouteMatchKind.Number, "", 65_535, 65_535)]
    [TestCase("300-399", RouteMatchKind.Range, "", 300, 399)]
    [TestCase("300-300", RouteMatchKind.Number, "", 300, 300)]
    public void Parse_OfEveryKind_ReadsAndPrintsIt(string text, RouteMatchKind kind, string name, int first, int last)
    {
        RouteMatch match = RouteMatch.Parse(text);
        Assert.That((match.Kind, match.Name, match.First, match.Last), Is.EqualTo((kind, name, first, last)));
        Assert.That(RouteMatch.Parse(match.ToString()), Is.EqualTo(match));
    }

    [TestCase("", "empty route match")]
    [TestCase("a*", "* may only stand alone")]
    [TestCase("*.a", "* may only stand alone")]
    [TestCase("a.*.b", "* may only stand alone")]
    [TestCase("**", "* may only stand alone")]
    [TestCase("255", "between 256 and 65535")]
    [TestCase("65536", "between 256 and 65535")]
    [TestCase("99999999999999", "between 256 and 65535")]
    [TestCase("300-", "between 256 and 65535")]
    [TestCase("300-400-500", "between 256 and 65535")]
    [TestCase("3orders", "between 256 and 65535")]
    [TestCase("399-300", "write 300-399")]
    public void Parse_OfNonsense_SaysWhatIsAllowed(string text, string expected)
    {
        Assert.That(RouteMatch.TryParse(text, out RouteMatch? match, out string? error), Is.False);
        Assert.That(match, Is.Null);
        Assert.That(error, Does.Contain(expected));
        Assert.That(() => RouteMatch.Parse(text), Throws.InstanceOf<FormatException>().With.Message.EqualTo(error));
    }

    [TestCase("x", 255, true)]
    [TestCase("x", 256, false)]
    [TestCase("é", 127, true)]
    [TestCase("é", 128, false)]
    public void Parse_OfALongName_CountsItsBytes(string letter, int times, bool valid)
    {
        string name = new StringBuilder().Insert(0, letter, times).ToString();
        Assert.That(RouteMatch.TryParse(name, out _, out string? error), Is.EqualTo(valid));
        Assert.That(error, valid ? Is.Null : Does.Contain("at most 255 bytes"));
    }
}
