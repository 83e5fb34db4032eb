using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.Versioning;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Admin;

/// <summary>Where the token of the admin listener may come from.</summary>
[TestFixture]
[Category("Binary")]
[CancelAfter(60_000)]
internal sealed class AdminTokenTests
{
    private const string Variable = "EDGE_TOKEN";

    [Test]
    [Platform(Exclude = "Win")]
    [UnsupportedOSPlatform("windows")]
    public async Task TokenFile_ThatOthersCanRead_IsRefused()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("token");
        await File.WriteAllTextAsync(file, AdminRelay.Token);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        (int exitCode, _, string errors) = await NpfastProcess.RunAsync("relay", "--listen", "tcp://127.0.0.1:0",
            "--admin", "tcp://127.0.0.1:0", "--admin-token-file", file);
        Assert.That((exitCode, errors.Trim()), Is.EqualTo((1, $"npfast: token file {file} can be read or changed by "
            + "others (mode 0640); chmod 600 it, and change the token if others may have read it")));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(file, "short");
        (exitCode, _, errors) = await NpfastProcess.RunAsync("relay", "--listen", "tcp://127.0.0.1:0",
            "--admin", "tcp://127.0.0.1:0", "--admin-token-file", file);
        Assert.That((exitCode, errors.Trim()), Is.EqualTo(
            (1, $"npfast: token file {file}: the token has 5 characters; use at least 16")));
    }

    [Test]
    [Platform(Exclude = "Win")]
    public async Task Token_OfAVariable_IsThatOfTheRelayAndOfWhoChangesIt()
    {
        using var folder = new TemporaryFolder();
        string admin = $"unix://{folder.File("admin")}";
        Dictionary<string, string?> variables = new() { [Variable] = AdminRelay.Token, ["NPFAST_ADMIN_TOKEN"] = null };
        using NpfastProcess relay = await NpfastProcess.StartRelayWithVariablesAsync(variables,
            "--listen", "tcp://127.0.0.1:0", "--session", "plain", "--admin", admin,
            "--admin-token-file", $"env:{Variable}");
        string[] change = ["log-level", "debug", "--admin", admin, "--token-file", $"env:{Variable}"];
        (int exitCode, _, string errors) = await NpfastProcess.RunWithVariablesAsync(variables, change);
        Assert.That(exitCode, Is.Zero, errors);
        variables[Variable] = AdminRelay.Token + "x";
        (exitCode, _, errors) = await NpfastProcess.RunWithVariablesAsync(variables, change);
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(errors, Does.Contain("token"));
        Assert.That(await relay.StopAsync(), Is.Zero, relay.Log);
    }

    [TestCase(null, "admin token: the variable EDGE_TOKEN is not set, or empty; set it, or name a file instead")]
    [TestCase("short", "EDGE_TOKEN: the token has 5 characters; use at least 16")]
    public async Task Token_OfABadVariable_IsRefused(string? value, string message)
    {
        (int exitCode, _, string errors) = await NpfastProcess.RunWithVariablesAsync(
            new Dictionary<string, string?> { [Variable] = value },
            "relay", "--listen", "tcp://127.0.0.1:0", "--admin", "tcp://127.0.0.1:0",
            "--admin-token-file", $"env:{Variable}");
        Assert.That((exitCode, errors.Trim()), Is.EqualTo((1, "npfast: " + message)));
    }

    [Test]
    [Platform("Linux")]
    [SupportedOSPlatform("linux")]
    public async Task Token_OfTheServicesCredentials_MayBeOpenToAGroup()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Assert.Ignore("only root can make files of root, which credentials are");
        }

        using var folder = new TemporaryFolder();
        string file = folder.File("token");
        await File.WriteAllTextAsync(file, AdminRelay.Token);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        string[] arguments =
        [
            "--listen", "tcp://127.0.0.1:0", "--session", "plain", "--admin", "tcp://127.0.0.1:0",
            "--admin-token-file", file,
        ];
        Dictionary<string, string?> variables = new() { ["CREDENTIALS_DIRECTORY"] = Path.GetDirectoryName(file) };
        using NpfastProcess relay = await NpfastProcess.StartRelayWithVariablesAsync(variables, arguments);
        Assert.That(await relay.StopAsync(), Is.Zero, relay.Log);

        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        (int exitCode, _, string errors) =
            await NpfastProcess.RunWithVariablesAsync(variables, ["relay", .. arguments]);
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(errors, Does.Contain("(mode 0444)"));
    }
}
