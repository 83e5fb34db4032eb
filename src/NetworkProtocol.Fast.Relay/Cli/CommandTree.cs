using System;
using System.CommandLine;
using System.CommandLine.Invocation;
using System.IO;
using System.Threading;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Relay.Cli.Control;
using NetworkProtocol.Fast.Relay.Lifecycle;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>The commands of npfast, and how each of them ends: output, one line on stderr, exit code.</summary>
internal static class CommandTree
{
    internal static ParseResult Parse(string[] args)
    {
        var root = new RootCommand("High-performance relay and protocol tool.")
        {
            RelayCommand.Create(),
            SendCommand.Create(),
            PingCommand.Create(),
            BenchCommand.Create(),
            KeyCommand.Create(),
            ConfigCommand.Create(),
            CertCommand.Create(),
            InfoCommand.Create(),
            StatusCommand.CreateStatus(),
            TopCommand.Create(),
            StatusCommand.CreateConnections(),
            ChangeCommand.CreateDrain(),
            ChangeCommand.CreateReload(),
            ChangeCommand.CreateLogLevel(),
        };

        // An argument that begins with @ is data for send, not the name of a file with more arguments.
        return root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
    }

    internal static int Run(ParseResult parsed)
    {
        if (parsed.Action is ParseErrorAction || parsed.Errors.Count > 0 && parsed.Action is null)
        {
            return Fail(UsageErrors.Describe(parsed), ExitCode.Usage);
        }

        // Signals are each command's own business: a relay drains, a ping sums up.
        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        try
        {
            // Help and version are actions of their options.
            if (!ReferenceEquals(parsed.Action, parsed.CommandResult.Command.Action))
            {
                StandardOutput.Require();
            }

            return parsed.InvokeAsync(configuration, CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is UsageException or SocketActivationException)
        {
            return Fail(e.Message, ExitCode.Usage);
        }
        catch (ConfigurationException e)
        {
            foreach (ConfigurationError error in e.Errors)
            {
                StandardError.WriteLine(error.ToString());
            }

            return ExitCode.Usage;
        }
        catch (IOException e) when (StandardOutput.IsClosed(e))
        {
            // Whoever read the results has seen enough, as with any filter: no word about that.
            return ExitCode.Failure;
        }
        catch (Exception e) when (Failures.Describe(e) is { } message)
        {
            return Fail(message, ExitCode.Failure);
        }
    }

    private static int Fail(string message, int exitCode)
    {
        StandardError.WriteLine(message);
        return exitCode;
    }
}
