using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Relay.Admin;

namespace NetworkProtocol.Fast.Relay.Cli.Control;

/// <summary><c>npfast drain</c>, <c>reload</c> and <c>log-level</c>: ask a running relay for a change. What came of it
/// is on stdout: one line, and for a reload one more for each change.</summary>
internal static class ChangeCommand
{
    private const string Inherit = "inherit";

    private static readonly Argument<string?> Level = Parameters.Argument<string?>(
        "LEVEL", "trace, debug, information, warning, error, critical or none; inherit takes a category's own level "
        + "away; nothing shows the levels in force", LevelOf, optional: true);

    private static readonly Option<string?> Category = Parameters.Option<string?>(
        "--category", "NAME", "Changes the level of one category: access, server, link, forwarding, relay, admin",
        ValueParsers.Text);

    internal static Command CreateDrain()
    {
        Command command = ControlParameters.Command(
            "drain", "Asks a running relay to end in order, as SIGTERM does.");
        command.SetAction((parsed, cancellation) => ChangeAsync(parsed, "api/drain", [], cancellation));
        return command;
    }

    internal static Command CreateReload()
    {
        Command command = ControlParameters.CommandWithin(ControlParameters.ReloadTimeout,
            "reload", "Asks a running relay to read its configuration again, as SIGHUP does.");
        command.SetAction(ReloadAsync);
        return command;
    }

    internal static Command CreateLogLevel()
    {
        Command command = ControlParameters.Command(
            "log-level", "Shows or changes what a running relay logs.", Category);
        command.Add(Level);
        command.SetAction(async (parsed, cancellation) =>
        {
            string? level = parsed.GetValue(Level);
            string? category = parsed.GetValue(Category);
            if (level is null)
            {
                return category is null
                    ? await ShowLevelsAsync(parsed, cancellation).ConfigureAwait(false)
                    : throw new UsageException($"{Category.Name} needs a level; write one before it");
            }

            if (level == Inherit && category is null)
            {
                throw new UsageException($"{Inherit} needs {Category.Name}, whose own level is to be taken away");
            }

            var change = new LogLevelChange(level == Inherit ? null : level, category);
            byte[] body = JsonSerializer.SerializeToUtf8Bytes(change, AdminJson.Default.LogLevelChange);
            return await ChangeAsync(parsed, "api/log-level", body, cancellation).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> ChangeAsync(
        ParseResult parsed, string path, byte[] body, CancellationToken cancellation)
    {
        StandardOutput.Require();
        using AdminClient client = ControlParameters.Open(parsed);
        ChangeReport report = await client
            .ChangeAsync(path, body, AdminJson.Default.ChangeReport, cancellation).ConfigureAwait(false);
        return await PrintAsync([report.Message]).ConfigureAwait(false);
    }

    private static async Task<int> ReloadAsync(ParseResult parsed, CancellationToken cancellation)
    {
        StandardOutput.Require();
        using AdminClient client = ControlParameters.Open(parsed, ControlParameters.ReloadTimeout);
        ReloadReport report = await client
            .ChangeAsync("api/reload", [], AdminJson.Default.ReloadReport, cancellation).ConfigureAwait(false);
        return await PrintAsync([
            report.Message, .. report.Changed.Select(static change => $"changed: {change}"),
            .. report.NeedsRestart.Select(static change => $"needs a restart: {change}"),
        ]).ConfigureAwait(false);
    }

    private static async Task<int> PrintAsync(IEnumerable<string> lines)
    {
        using TextWriter output = StandardOutput.OpenText();
        foreach (string line in lines)
        {
            await output.WriteLineAsync(OneLine.Of(line)).ConfigureAwait(false);
        }

        return ExitCode.Clean;
    }

    private static async Task<int> ShowLevelsAsync(ParseResult parsed, CancellationToken cancellation)
    {
        StandardOutput.Require();
        using AdminClient client = ControlParameters.Open(parsed);
        LogLevelReport levels = await client
            .GetAsync("api/log-level", AdminJson.Default.LogLevelReport, cancellation).ConfigureAwait(false);
        return await PrintAsync([
            levels.Level, .. levels.Categories.OrderBy(static c => c.Key).Select(static c => $"{c.Key} {c.Value}"),
        ]).ConfigureAwait(false);
    }

    private static string? LevelOf(string text, out string? value)
    {
        value = text;
        return text == Inherit ? null : ValueParsers.Level(text, out LogLevel _);
    }
}
