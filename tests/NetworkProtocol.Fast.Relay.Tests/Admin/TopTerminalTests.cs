using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Admin;

/// <summary><c>npfast top</c> on a terminal.</summary>
[TestFixture]
[Category("Binary")]
[Platform(Include = "Linux")]
[CancelAfter(60_000)]
internal sealed class TopTerminalTests
{
    private const string View = "log level ";
    private const string HideCursor = "\u001b[?25l";
    private const string ShowCursor = "\u001b[?25h";

    // Told by name: a control character in the name of a test is lost on its way through the runner.
    private const string CtrlC = "Ctrl-C";

    private static string Top => $"{NpfastProcess.BinaryPath} top --interval 200ms";

    [TestCase("q")]
    [TestCase(CtrlC)]
    public async Task Top_OnATerminal_IsLeftByAKeyAndPutsTheTerminalBack(string key, CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        using AdminRelay relay = await AdminRelay.StartAsync();
        (string before, string after) = (folder.File("before"), folder.File("after"));
        using TerminalProcess terminal = Start(relay,
            $"stty -g > {before}; trap : INT; {Top}; echo left with $?; stty -g > {after}");
        await terminal.ShowsAsync(View, times: 3);
        Assert.That(terminal.Output, Does.Contain(HideCursor));
        await terminal.TypeAsync("x");
        await terminal.TypeAsync(key == CtrlC ? "\u0003" : key);
        Assert.That(await terminal.ExitAsync(cancellation), Is.Zero, terminal.Output);
        string shown = terminal.Output;
        Assert.That(shown, Does.Contain("left with 0"));
        Assert.That(shown.LastIndexOf(ShowCursor, StringComparison.Ordinal),
            Is.GreaterThan(shown.LastIndexOf(HideCursor, StringComparison.Ordinal)), "the cursor is back");
        Assert.That(await File.ReadAllTextAsync(after, cancellation),
            Is.Not.Empty.And.EqualTo(await File.ReadAllTextAsync(before, cancellation)));
    }

    [Test]
    public async Task Top_WhoseRelayIsRestarted_SaysSoAndGoesOn(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        string admin = $"unix://{folder.File("admin")}";
        AdminRelay first = await AdminRelay.StartAtAsync(_ => admin);
        using TerminalProcess terminal = Start(first, Top);
        using (first)
        {
            await terminal.ShowsAsync(View);
        }

        await terminal.ShowsAsync("trying again");
        int views = terminal.Output.Split(View).Length - 1;
        using AdminRelay second = await AdminRelay.StartAtAsync(_ => admin);
        await terminal.ShowsAsync(View, views + 1);
        await terminal.TypeAsync("q");
        Assert.That(await terminal.ExitAsync(cancellation), Is.Zero, terminal.Output);
    }

    private static TerminalProcess Start(AdminRelay relay, string command) => TerminalProcess.Start(
        "stty cols 200 rows 60; " + command,
        new Dictionary<string, string> { ["NPFAST_ADMIN"] = relay.Endpoint.ToString() });
}
