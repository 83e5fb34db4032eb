using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Relay.Cli;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Session;
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
    [TestCaseSource(typeof(BadConfigurationsOfSections), nameof(BadConfigurationsOfSections.Part5))]
    [TestCaseSource(typeof(BadConfigurationsOfItems), nameof(BadConfigurationsOfItems.Part1))]
    [TestCaseSource(typeof(BadConfigurationsOfListeners), nameof(BadConfigurationsOfListeners.Part1))]
    [TestCaseSource(typeof(BadConfigurationsOfListeners), nameof(BadConfigurationsOfListeners.Part2))]
    [TestCaseSource(typeof(BadConfigurationsOfListeners), nameof(BadConfigurationsOfListeners.Part3))]
    public void BadConfiguration_Checked_IsToldExactly(string toml, string expected)
    {
        ConfigurationException? refused =
            Assert.Throws<ConfigurationException>(() => RelayConfiguration.Check(Parse(toml)));
        Assert.That(refused!.Message, Is.EqualTo(expected));
    }

    [Test]
    public void Reference_OfEveryKey_SaysWhatTheSchemaSays()
    {
        string text = RepositoryRoot.Read("docs", "CONFIGURATION.md");
        IEnumerable<string> rows = text.Split('\n').Where(static l => l.StartsWith("| `", StringComparison.Ordinal));
        Assert.That(rows, Is.EqualTo(ConfigurationSchema.Keys.Select(RowOf)));
    }

    // What the configuration was asked to have from its beginning.
    [TestCase("server", "address backpressure_limit connection_timeout heartbeat_interval shutdown_timeout "
        + "max_connections")]
    [TestCase("client", "address connection_timeout operation_timeout response_timeout heartbeat_interval "
        + "auto_reconnect max_reconnect_attempts reconnect_delay")]
    [TestCase("transport", "compression compression_level compression_threshold_bytes max_payload_size")]
    [TestCase("logging", "app_name level format file")]
    public void Section_HasItsKeys(string section, string keys) => Assert.That(
        keys.Split(' ').Where(k => ConfigurationSchema.Find(section)!.Find(k) is null), Is.Empty);

    [Test]
    public void Keys_EachDeclared_AreReadByWhatTheyAreFor()
    {
        string[] readers =
        [
            .. Directory.GetFiles(RepositoryRoot.Combine("src"), "*.cs", SearchOption.AllDirectories)
                .Where(static f => !Declaring().IsMatch(f)).Select(File.ReadAllText),
        ];
        (string Name, ConfigurationKey Key)[] declared =
        [
            .. typeof(ConfigurationKey).Assembly.GetTypes().Where(static t => t.Name.EndsWith("Keys"))
                .SelectMany(static t => t.GetProperties(BindingFlags.Static | BindingFlags.NonPublic)
                    .Where(static p => typeof(ConfigurationKey).IsAssignableFrom(p.PropertyType))
                    .Select(p => ($"{t.Name}.{p.Name}", (ConfigurationKey)p.GetValue(null)!))),
        ];
        Assert.That(declared.Select(static d => d.Key), Is.EquivalentTo(ConfigurationSchema.Keys));
        Assert.That(
            declared.Where(d => !ConfigurationSchema.Keys.Any(k => k.Inherits == d.Key)
                && !readers.Any(r => Regex.IsMatch(r, $@"\b{Regex.Escape(d.Name)}\b"))),
            Is.Empty,
            "they are parsed, and nobody asks for them");
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

    [Test]
    public void Environment_NameOfEveryKey_SetsThatKey()
    {
        foreach (ConfigurationSection section in ConfigurationSchema.Sections)
        {
            foreach (ConfigurationKey key in section.Keys)
            {
                var configuration = new NetworkConfiguration();
                string name = EnvironmentSource.NameOf(section, key, section.IsList ? 0 : null);
                EnvironmentSource.Read(configuration, new Dictionary<string, string>
                {
                    [name] = key.DefaultText ?? key.Example ?? key.ValueName,
                });
                Assert.That(configuration.Errors, Is.Empty, name);
                ConfigurationItem item = configuration.Items(section)[0];
                Assert.That(item.Has(key), name);
                Assert.That(item.OriginOf(key).ToString(), Is.EqualTo(name));
            }
        }
    }

    [Test]
    public void Environment_ShortNameOfEveryKey_SetsThatKeyOrSaysWhatToWrite()
    {
        foreach (ConfigurationSection section in ConfigurationSchema.Sections.Where(static s => !s.IsList))
        {
            foreach (ConfigurationKey key in section.Keys)
            {
                var configuration = new NetworkConfiguration();
                string name = EnvironmentSource.Prefix + key.Name.ToUpperInvariant();
                string whole = EnvironmentSource.NameOf(section, key, null);
                EnvironmentSource.Read(configuration, new Dictionary<string, string>
                {
                    [name] = key.DefaultText ?? key.Example ?? key.ValueName,
                });
                string[] told =
                [
                    .. configuration.Errors.Concat(EnvironmentRules.Check(configuration))
                        .Select(static e => e.Message),
                ];
                if (told.Length == 0)
                {
                    Assert.That(configuration.Items(section).Single().Has(key), name);
                }
                else
                {
                    Assert.That(told.Single(), Does.Contain(whole), name);
                }
            }
        }
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "a file's mode is of Unix")]
    [UnsupportedOSPlatform("windows")]
    public void Save_OverAFileBehindALink_KeepsItsModeAndTheLink()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("relay.toml");
        string link = folder.File("link.toml");
        File.WriteAllText(file, "old");
        File.WriteAllText(file + ".new", "a stranger's");
        File.CreateSymbolicLink(link, file);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        NetworkConfiguration configuration = Parse("[server]\nmax_connections = 7\n[[upstream]]\nname = \"a\"\n"
            + "nodes = [\"tcp://h:1\"]\n");
        configuration.Save(link);
        Assert.That(NetworkConfiguration.Load(link).ToToml(), Is.EqualTo(configuration.ToToml()));
        Assert.That(File.ReadAllText(file), Is.EqualTo(configuration.ToToml()));
        Assert.That(new FileInfo(link).LinkTarget, Is.EqualTo(file));
        Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(Directory.GetFiles(Path.GetDirectoryName(file)!), Has.Length.EqualTo(3), "nothing is left beside");
        Assert.That(File.ReadAllText(file + ".new"), Is.EqualTo("a stranger's"));
        Assert.That(() => configuration.Save(folder.File("none/relay.toml")), Throws.InstanceOf<IOException>());
    }

    [TestCase("CLIENT_AUTH", "required", "identity.client_auth", null)]
    [TestCase("SERVER_NAME", "a.example", "client.server_name", null)]
    [TestCase("CLIENT_CA", "/ca.pem", "client.ca", "sets client.ca, which a relay does not use; for tls.client_ca "
        + "write NETWORK_PROTOCOL_TLS_CLIENT_CA, or unset it")]
    public void Environment_NameThatBeginsLikeASection_IsReadAsAKey(
        string name, string value, string path, string? fault)
    {
        var configuration = new NetworkConfiguration();
        EnvironmentSource.Read(
            configuration, new Dictionary<string, string> { [EnvironmentSource.Prefix + name] = value });
        Assert.That(configuration.Errors, Is.Empty);
        Assert.That(EnvironmentRules.Check(configuration).Select(static e => e.Message),
            Is.EqualTo(fault is null ? [] : new[] { fault }));
        Assert.That(configuration.Entries().Where(static e => e.Origin.Layer == ConfigurationLayer.Environment)
            .Select(static e => e.Key), Is.EqualTo(new[] { path }));
    }

    [TestCase("SERVICE_HOST", "10.96.0.7", true)]
    [TestCase("SERVICE_PORT", "9000", true)]
    [TestCase("SERVICE_PORT_PACKETS", "9000", true)]
    [TestCase("PORT", "tcp://10.96.0.7:9000", true)]
    [TestCase("PORT_9000_TCP", "tcp://10.96.0.7:9000", true)]
    [TestCase("PORT_9000_TCP_PROTO", "tcp", true)]
    [TestCase("PORT_9000_TCP_PORT", "9000", true)]
    [TestCase("PORT_9000_TCP_ADDR", "10.96.0.7", true)]
    [TestCase("SERVER_PORT", "tcp://10.96.0.7:9000", true)]
    [TestCase("SERVER_SERVICE_HOST", "10.96.0.7", true)]
    [TestCase("PORT", "9000", false)]
    [TestCase("SERVER_PORT", "9000", false)]
    [TestCase("SERVER_HOST", "10.96.0.7", false)]
    public void Variables_OfAServiceOfOurName_AreNobodysSlip(string name, string value, bool isPassedOver)
    {
        NetworkConfiguration configuration = Parse(string.Empty);
        EnvironmentSource.Read(
            configuration, new Dictionary<string, string> { [EnvironmentSource.Prefix + name] = value });
        Assert.That(configuration.Errors, isPassedOver ? Is.Empty : Has.Count.EqualTo(1));
    }

    [Test]
    public void Secrets_Shown_AreStars()
    {
        NetworkConfiguration configuration = Parse("[admin]\naddress = \"unix:///a\"\ntoken_file = \"/etc/token\"\n");
        ConfigurationEntry token = configuration.Entries().Single(static e => e.Key == "admin.token");
        Assert.That((token.Value, token.Origin.ToString()), Is.EqualTo(("***", "/etc/token")));
    }

    [Test]
    public void Listener_WithCertificatesOfItsOwn_TakesTheRestFromAll()
    {
        ServerOptions server = Parse("""
            [server]
            address = ["tls://127.0.0.1:1", "tls://127.0.0.1:2"]
            [tls]
            certificates = "a.pem"
            keys = "a.key"
            client_ca = "ca.pem"
            [[listener]]
            address = "tls://127.0.0.1:3"
            certificates = "b.pem"
            client_auth = "optional"
            [[listener]]
            address = "unix:///a"
            socket_mode = "0660"
            allow_users = ["0", "7"]
            """).Validate().ToServerOptions();
        TlsServerOptions own = server.Listeners[2].Tls!;
        Assert.Multiple(() =>
        {
            Assert.That(server.Listeners[0].Tls, Is.SameAs(server.Listeners[1].Tls), "they share their limits");
            Assert.That(server.Listeners[0].Tls!.ClientAuthentication, Is.EqualTo(ClientAuthentication.Required));
            Assert.That(own.Certificates, Is.EqualTo(new[] { new CertificateFiles("b.pem") }));
            Assert.That(own.ClientAuthentication, Is.EqualTo(ClientAuthentication.Optional));
            Assert.That(own.ClientRootsFile, Is.EqualTo("ca.pem"));
            Assert.That(server.Listeners[3].Local!.AllowedUsers, Is.EqualTo(new[] { 0u, 7u }));
            Assert.That((int)server.Listeners[3].Local!.FileMode, Is.EqualTo(0x1b0));
        });
    }

    private static string RowOf(ConfigurationKey key)
    {
        string fallback = key.IsRequired ? "must be given"
            : key.Otherwise ?? (key.DefaultText is { Length: > 0 } text ? $"`{text}`" : "none");
        string effect = key.Effect switch
        {
            ChangeEffect.AtOnce => "at once",
            ChangeEffect.NewConnections => "new connections",
            ChangeEffect.Restart => "restart",
            _ => "-",
        };
        return $"| `{key.Path}` | {key.Doc} | {fallback} | {key.Range ?? "-"} | {effect} |";
    }

    private static NetworkConfiguration Parse(string toml)
    {
        var configuration = new NetworkConfiguration();
        new TomlSource(configuration, "x.toml").Read(toml);
        return configuration;
    }

    [GeneratedRegex(@"[/\\](obj|bin)[/\\]|(Keys|Rules|Schema)\.cs$")]
    private static partial Regex Declaring();

    [GeneratedRegex(@"^# (?=\[\[|\w+ = )", RegexOptions.Multiline)]
    private static partial Regex Uncommented();
}
