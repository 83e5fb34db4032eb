using System.CommandLine;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Relay.Admin;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace NetworkProtocol.Fast.Relay.Cli.Control;

/// <summary><c>npfast status</c> and <c>npfast connections</c>: what a running relay says of itself, once.</summary>
internal static class StatusCommand
{
    private static readonly Option<int> Limit = Parameters.Option(
        "--limit", "N", "Most connections to show, the oldest first", ValueParsers.Integer(1, 10_000), 100);

    internal static Command CreateStatus()
    {
        Command command = ControlParameters.Command(
            "status", "Shows what a running relay does, once.", ControlParameters.Json);
        command.SetAction(async (parsed, cancellation) =>
        {
            using AdminClient client = Open(parsed);
            if (parsed.GetValue(ControlParameters.Json))
            {
                return await CopyAsync(client, "api/status", cancellation).ConfigureAwait(false);
            }

            StatusReport status = await client.GetAsync("api/status", AdminJson.Default.StatusReport, cancellation)
                .ConfigureAwait(false);
            return Show(StatusView.Of(status, null));
        });
        return command;
    }

    internal static Command CreateConnections()
    {
        Command command = ControlParameters.Command(
            "connections", "Lists the client connections of a running relay.", Limit, ControlParameters.Json);
        command.SetAction(async (parsed, cancellation) =>
        {
            using AdminClient client = Open(parsed);
            string path = $"api/connections?limit={parsed.GetValue(Limit)}";
            if (parsed.GetValue(ControlParameters.Json))
            {
                return await CopyAsync(client, path, cancellation).ConfigureAwait(false);
            }

            ConnectionsReport report = await client
                .GetAsync(path, AdminJson.Default.ConnectionsReport, cancellation).ConfigureAwait(false);
            Show(StatusView.Of(report));
            return report.Connections.Count < report.Total
                ? Show(new Text($"the oldest {report.Connections.Count} of {report.Total}"))
                : ExitCode.Clean;
        });
        return command;
    }

    private static AdminClient Open(ParseResult parsed)
    {
        StandardOutput.Require();
        return ControlParameters.Open(parsed);
    }

    private static int Show(IRenderable view)
    {
        using TextWriter output = StandardOutput.OpenText();
        IAnsiConsole console = Terminal.Over(output);
        console.Write(view);
        console.WriteLine();
        return ExitCode.Clean;
    }

    private static async Task<int> CopyAsync(AdminClient client, string path, CancellationToken cancellation)
    {
        byte[] document = await client.GetBytesAsync(path, cancellation).ConfigureAwait(false);
        Stream output = StandardOutput.Open();
        await using (output.ConfigureAwait(false))
        {
            await output.WriteAsync(document, cancellation).ConfigureAwait(false);
            output.WriteByte((byte)'\n');
        }

        return ExitCode.Clean;
    }
}
