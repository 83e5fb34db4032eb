using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using NetworkProtocol.Fast.Configuration;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary><c>npfast config</c>: shows what is in force, checks a file, prints an example.</summary>
internal static class ConfigCommand
{
    private static readonly Option<bool> Origin = Parameters.Flag("--origin", "Says where each value comes from");

    private static readonly Argument<string?> Checked = Parameters.Argument<string?>(
        "FILE", "The file to check, with the environment above it", ValueParsers.FilePath);

    internal static Command Create() => new("config", "Shows, checks and explains the configuration of a relay.")
    {
        CreateShow(), CreateCheck(), CreateExample(),
    };

    private static Command CreateShow()
    {
        var command = new Command(
            "show", "Prints every value in force; takes the options of npfast relay.");
        RelayParameters.AddTo(command);
        command.Add(Origin);
        command.SetAction(parsed =>
        {
            NetworkConfiguration configuration = RelayConfiguration.Load(parsed);
            List<ConfigurationEntry> entries = [.. configuration.Entries()];
            int keys = entries.Max(static e => e.Key.Length);
            int values = entries.Max(static e => e.Value.Length);
            using TextWriter output = StandardOutput.OpenText();
            foreach (ConfigurationEntry entry in entries)
            {
                string line = $"{entry.Key.PadRight(keys)} = {entry.Value}";
                output.WriteLine(parsed.GetValue(Origin)
                    ? line.PadRight(keys + 3 + System.Math.Min(values, 40)) + "  # " + entry.Origin
                    : line);
            }

            return ExitCode.Clean;
        });
        return command;
    }

    private static Command CreateCheck()
    {
        var command = new Command("check", "Says all that is wrong with a file; nothing is opened or made.")
        {
            Checked,
        };
        command.SetAction(parsed =>
        {
            string path = parsed.GetValue(Checked)!;
            NetworkConfiguration configuration =
                RelayConfiguration.Check(NetworkConfiguration.Read(path, environment: null));
            using TextWriter output = StandardOutput.OpenText();
            output.WriteLine($"{path} is good: {configuration.Listeners().Count} listeners, "
                + $"{configuration.Items(UpstreamKeys.Section).Count} upstreams, "
                + $"{configuration.Items(RouteKeys.Section).Count} routes");
            return ExitCode.Clean;
        });
        return command;
    }

    private static Command CreateExample()
    {
        var command = new Command("example", "Prints a file with every key, its meaning and its default.");
        command.SetAction(_ =>
        {
            using TextWriter output = StandardOutput.OpenText();
            output.Write(ConfigurationExample.Text());
            return ExitCode.Clean;
        });
        return command;
    }
}
