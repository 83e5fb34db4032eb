using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Cli;

/// <summary><c>npfast config</c> as a process, with files and variables of its own.</summary>
[TestFixture]
[Category("Binary")]
[CancelAfter(60_000)]
internal sealed class ConfigCommandTests
{
    private static readonly Dictionary<string, string?> NoVariables = [];

    private TemporaryFolder folder = null!;

    [SetUp]
    public void SetUp() => folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => folder.Dispose();

    [Test]
    public async Task Show_OfAllLayers_TakesTheLastAndSaysWhereItIsFrom()
    {
        string file = Write("""
            [server]
            max_connections = 5
            backlog = 6
            heartbeat_interval = "7s"
            [[upstream]]
            name = "a"
            nodes = "unix:///a"
            [[route]]
            match = "a"
            to = "a"
            """);
        Dictionary<string, string> shown = await ShowAsync(
            new Dictionary<string, string?>
            {
                ["NETWORK_PROTOCOL_MAX_CONNECTIONS"] = "50",
                ["NETWORK_PROTOCOL_SERVER_BACKLOG"] = "60",
                ["NETWORK_PROTOCOL_UPSTREAM_0_TIMEOUT"] = "9s",
                ["NETWORK_PROTOCOL_ROUTE_1_MATCH"] = "b",
                ["NETWORK_PROTOCOL_ROUTE_1_TO"] = "echo",
            },
            "--config", file, "--max-connections", "500");
        Assert.Multiple(() =>
        {
            Assert.That(shown["server.max_connections"], Is.EqualTo("500  # --max-connections"));
            Assert.That(shown["server.backlog"], Is.EqualTo("60  # NETWORK_PROTOCOL_SERVER_BACKLOG"));
            Assert.That(shown["server.heartbeat_interval"], Is.EqualTo($"\"7s\"  # {file}:4:22"));
            Assert.That(shown["server.shutdown_timeout"], Is.EqualTo("\"10s\"  # default"));
            Assert.That(shown["upstream.0.timeout"], Is.EqualTo("\"9s\"  # NETWORK_PROTOCOL_UPSTREAM_0_TIMEOUT"));
            Assert.That(shown["upstream.0.nodes"], Is.EqualTo($"[\"unix:///a\"]  # {file}:7:9"));
            Assert.That(shown["route.1.match"], Is.EqualTo("\"b\"  # NETWORK_PROTOCOL_ROUTE_1_MATCH"));
        });
    }

    [Test]
    public async Task Show_OfSecrets_NeverShowsThem()
    {
        const string Secret = "correct-horse-battery-staple";
        string token = Write(Secret, "token");
        string file = Write($"[admin]\naddress = \"unix:///a\"\ntoken_file = \"{token}\"\n");
        (int exitCode, byte[] output, string errors) = await NpfastProcess.RunWithVariablesAsync(
            new Dictionary<string, string?> { ["NPFAST_ADMIN_TOKEN"] = Secret + "-2" },
            "config", "show", "--origin", "--config", file);
        string text = Encoding.UTF8.GetString(output);
        Assert.That(exitCode, Is.Zero, errors);
        Assert.That(text, Does.Match($@"(?m)^admin\.token += \*\*\* +# {token}$").And.Not.Contain(Secret));
        (exitCode, output, errors) = await NpfastProcess.RunWithVariablesAsync(
            new Dictionary<string, string?> { ["NPFAST_ADMIN_TOKEN"] = Secret + "-2" },
            "config", "show", "--origin", "--admin", "unix:///a");
        text = Encoding.UTF8.GetString(output);
        Assert.That(exitCode, Is.Zero, errors);
        Assert.That(text, Does.Match(@"(?m)^admin\.token += \*\*\* +# NPFAST_ADMIN_TOKEN$").And.Not.Contain(Secret));
    }

    [Test]
    public async Task Check_OfABadFile_TellsEveryFaultAndOpensNothing()
    {
        string file = Write("[server]\naddress = \"unix:///nowhere/a\"\nmax_conections = 5\n[limits]\nmemory = 1.5\n");
        (int exitCode, byte[] output, string errors) = await CheckAsync(file);
        Assert.That((exitCode, output.Length), Is.EqualTo((2, 0)));
        Assert.That(errors, Does.Contain($"{file}:3:1: unknown key 'max_conections' in [server]; did you mean "
            + "'max_connections'?").And.Contain($"{file}:5:10: limits.memory: expected a size in quotes"));
        (exitCode, _, errors) = await CheckAsync(folder.File("missing.toml"));
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(errors, Does.Contain("missing.toml"));
    }

    [Test]
    public async Task Check_OfBadVariables_NamesEachWithWhatWasMeant()
    {
        string file = Write("[server]\nmax_connections = 5\n");
        (int exitCode, _, string errors) = await NpfastProcess.RunWithVariablesAsync(
            new Dictionary<string, string?>
            {
                ["NETWORK_PROTOCOL_SERVER_MAX_CONECTIONS"] = "5",
                ["NETWORK_PROTOCOL_ADDRESS"] = "unix:///a",
                ["NETWORK_PROTOCOL_ROUTE_4_MATCH"] = "a",
                ["NETWORK_PROTOCOL_BACKLOG"] = "many",
            },
            "config", "check", file);
        Assert.That(exitCode, Is.EqualTo(2));
        Assert.That(errors, Does.Contain("NETWORK_PROTOCOL_SERVER_MAX_CONECTIONS: unknown key 'max_conections'")
            .And.Contain("NETWORK_PROTOCOL_ADDRESS: several sections have this key; use one of: "
                + "NETWORK_PROTOCOL_SERVER_ADDRESS")
            .And.Contain("NETWORK_PROTOCOL_ROUTE_4_MATCH: there are 0 of [[route]], so the next one is number 0")
            .And.Contain("NETWORK_PROTOCOL_BACKLOG: server.backlog: 'many' is not a number"));
    }

    [Test]
    public async Task Check_OfNestingWithoutEnd_IsOneFault()
    {
        foreach (string nested in new[] { new string('[', 100_000), string.Concat(Enumerable.Repeat("{a=", 100_000)) })
        {
            string file = Write($"[server]\naddress = {nested}\n");
            (int exitCode, _, string errors) = await CheckAsync(file);
            Assert.That(exitCode, Is.EqualTo(2));
            Assert.That(errors, Does.Contain("not valid TOML: lists or tables nest deeper than any key takes")
                .And.Not.Contain("   at "));
        }
    }

    [Test]
    [Platform("Linux")]
    public async Task Check_OfPipeAndDevice_ReadsTheOneAndRefusesTheOther()
    {
        (int exitCode, _, string errors) = await CheckAsync("/dev/zero");
        Assert.That((exitCode, errors.Trim()), Is.EqualTo(
            (1, "npfast: /dev/zero has more than 16777216 bytes; a configuration has at most that")));
        (exitCode, byte[] output, errors) = await NpfastProcess.RunWithInputAsync(
            "[server]\nbacklog = 5\n"u8.ToArray(), "config", "check", "/dev/stdin");
        Assert.That(exitCode, Is.Zero, errors);
        Assert.That(Encoding.UTF8.GetString(output), Does.StartWith("/dev/stdin is good"));
    }

    [Test]
    public async Task Example_AsPrinted_IsAGoodFile()
    {
        (int exitCode, byte[] output, string errors) = await NpfastProcess.RunAsync("config", "example");
        Assert.That(exitCode, Is.Zero, errors);
        (exitCode, output, errors) = await CheckAsync(Write(Encoding.UTF8.GetString(output)));
        Assert.That(exitCode, Is.Zero, errors);
        Assert.That(Encoding.UTF8.GetString(output), Does.Contain("is good: 1 listeners, 0 upstreams, 0 routes"));
    }

    private static Task<(int ExitCode, byte[] Output, string Errors)> CheckAsync(string file) =>
        NpfastProcess.RunWithVariablesAsync(NoVariables, "config", "check", file);

    // Each line as KEY and VALUE  # ORIGIN, without what aligns them.
    private static async Task<Dictionary<string, string>> ShowAsync(
        IReadOnlyDictionary<string, string?> variables, params string[] arguments)
    {
        (int exitCode, byte[] output, string errors) =
            await NpfastProcess.RunWithVariablesAsync(variables, ["config", "show", "--origin", .. arguments]);
        Assert.That(exitCode, Is.Zero, errors);
        return Encoding.UTF8.GetString(output).Split('\n', StringSplitOptions.RemoveEmptyEntries).ToDictionary(
            static l => l[..l.IndexOf(" = ", StringComparison.Ordinal)].Trim(),
            static l =>
            {
                int value = l.IndexOf(" = ", StringComparison.Ordinal) + 3;
                int origin = l.LastIndexOf("  # ", StringComparison.Ordinal);
                return l[value..origin].Trim() + l[origin..];
            });
    }

    private string Write(string text, string name = "npfast.toml")
    {
        string path = folder.File(name);
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return path;
    }
}
