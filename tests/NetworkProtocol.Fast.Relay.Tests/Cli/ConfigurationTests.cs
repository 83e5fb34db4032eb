using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Relay.Cli;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Cli;

/// <summary>The configuration: what is wrong is told exactly; reference, example and schema say the same.</summary>
[TestFixture]
internal sealed partial class ConfigurationTests
{
    [TestCaseSource(typeof(BadConfigurations), nameof(BadConfigurations.Part1))]
    [TestCaseSource(typeof(BadConfigurations), nameof(BadConfigurations.Part2))]
    [TestCaseSource(typeof(BadConfigurations), nameof(BadConfigurations.Part3))]
    [TestCaseSource(typeof(BadConfigurations), nameof(BadConfigurations.Part4))]
    [TestCaseSource(typeof(BadConfigurationsOfSections), nameof(BadConfigurationsOfSections.Part1))]
    [TestCaseSource(typeof(BadConfigurationsOfSections), nameof(BadConfigurationsOfSections.Part2))]
    [TestCaseSource(typeof(BadConfigurationsOfSections), nameof(BadConfigurationsOfSections.Part3))]
    [TestCaseSource(typeof(BadConfigurationsOfSections), nameof(BadConfigurationsOfSections.Part4))]
    [TestCaseSource(typeof(BadConfigurationsOfItems), nameof(BadConfigurationsOfItems.Part1))]
    public void BadConfiguration_Checked_IsToldExactly(string toml, string expected)
    {
        ConfigurationException? refused =
            Assert.Throws<ConfigurationException>(() => RelayConfiguration.Check(Parse(toml)));
        Assert.That(refused!.Message, Is.EqualTo(expected));
    }

    [Test]
    public void Reference_Keys_AreThoseOfTheSchema()
    {
        string text = RepositoryRoot.Read("docs", "CONFIGURATION.md");
        string[] keys = [.. Row().Matches(text).Select(static m => m.Groups["key"].Value)];
        Assert.That(keys, Has.Length.GreaterThan(50), "the reference has another form: the scan is broken");
        Assert.That(keys, Is.EquivalentTo(ConfigurationSchema.Keys.Select(static k => k.Path)));
    }

    [Test]
    public void Example_AsPrinted_IsGoodAndHasEveryKey()
    {
        string example = ConfigurationExample.Text();
        Assert.That(() => RelayConfiguration.Check(Parse(example)), Throws.Nothing);
        NetworkConfiguration whole = RelayConfiguration.Check(Parse(Uncommented().Replace(example, string.Empty)));
        foreach (ConfigurationSection section in ConfigurationSchema.Sections)
        {
            Assert.That(section.Keys.Where(k => !whole.Items(section).Any(i => i.Has(k))), Is.Empty);
        }
    }

    [Test]
    public void Layers_EachAboveTheOneBefore_AndSavedTheSame()
    {
        NetworkConfiguration configuration = Parse("[server]\nmax_connections = 5\nbacklog = 6\n");
        EnvironmentSource.Read(configuration, new Dictionary<string, string>
        {
            ["NETWORK_PROTOCOL_MAX_CONNECTIONS"] = "7",
            ["NETWORK_PROTOCOL_UPSTREAM_0_NAME"] = "a",
            ["NETWORK_PROTOCOL_UPSTREAM_0_NODES"] = "unix:///a,unix:///b",
        });
        configuration.Set("limits.workers", "3").Validate();
        Assert.Multiple(() =>
        {
            Assert.That(configuration.Get(ServerKeys.MaxConnections), Is.EqualTo(7));
            Assert.That(configuration.Get(ServerKeys.Backlog), Is.EqualTo(6));
            Assert.That(configuration.Items(UpstreamKeys.Section)[0].GetAll(UpstreamKeys.Nodes), Has.Count.EqualTo(2));
            string saved = configuration.ToToml();
            Assert.That(NetworkConfiguration.Parse(saved).ToToml(), Is.EqualTo(saved));
        });
    }

    private static NetworkConfiguration Parse(string toml)
    {
        var configuration = new NetworkConfiguration();
        new TomlSource(configuration, "x.toml").Read(toml);
        return configuration;
    }

    [GeneratedRegex(@"^\| `(?<key>\w+\.\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^# (?=\[\[|\w+ = )", RegexOptions.Multiline)]
    private static partial Regex Uncommented();
}
