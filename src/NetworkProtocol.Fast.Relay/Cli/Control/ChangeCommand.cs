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
/// is one line on stdout.</summary>
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
        Command command = ControlParameters.Command(
            "reload", "Asks a running relay to read its configuration again, as SIGHUP does.");
        command.SetAction((parsed, cancellation) => ChangeAsync(parsed, "api/reload", [], cancellation));
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
        string message = await client.ChangeAsync(path, body, cancellation).ConfigureAwait(false);
        using TextWriter output = StandardOutput.OpenText();
        await output.WriteLineAsync(OneLine.Of(message)).ConfigureAwait(false);
        return ExitCode.Clean;
    }

    private static async Task<int> ShowLevelsAsync(ParseResult parsed, CancellationToken cancellation)
    {
        StandardOutput.Require();
        using AdminClient client = ControlParameters.Open(parsed);
        LogLevelReport levels = await client
            .GetAsync("api/log-level", AdminJson.Default.LogLevelReport, cancellation).ConfigureAwait(false);
        using TextWriter output = StandardOutput.OpenText();
        await output.WriteLineAsync(levels.Level).ConfigureAwait(false);
        foreach ((string category, string level) in levels.Categories.OrderBy(static c => c.Key))
        {
            await output.WriteLineAsync(OneLine.Of($"{category} {level}")).ConfigureAwait(false);
        }

        return ExitCode.Clean;
    }

    private static string? LevelOf(string text, out string? value)
    {
        value = text;
        return text == Inherit ? null : ValueParsers.Level(text, out LogLevel _);
    }
}
