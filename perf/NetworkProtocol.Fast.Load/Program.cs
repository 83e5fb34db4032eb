using System;
using System.IO;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Loading.Roles;
using NetworkProtocol.Fast.Relay.Cli;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Loading;

/// <summary>
/// The processes that a measurement needs besides npfast: byte echo, byte relay, load and special clients. Started by
/// the harness (perf/NetworkProtocol.Fast.Benchmarks). Each talks to loopback alone, says on stdout in lines of JSON
/// what it does, and ends when its time is over or its standard input is closed.
/// </summary>
internal static class Program
{
    private const string Usage =
        "usage: npfast-load raw-echo | raw-relay TARGET | generate KIND TARGET | stall KIND TARGET | "
        + "idle KIND TARGET | probe KIND TARGET, each with its options; TARGET is tcp://127.0.0.1:PORT";

    private static async Task<int> Main(string[] args)
    {
        // The same settings as npfast's, and before the first socket.
        SocketRuntime.UseInlineCompletions(workers: 0);
        try
        {
            var arguments = new Arguments(args);
            Task role = arguments.Next("a role") switch
            {
                "raw-echo" => RawServers.EchoAsync(arguments),
                "raw-relay" => RawServers.RelayAsync(arguments),
                "generate" => GenerateRole.RunAsync(arguments),
                "stall" => StallRole.RunAsync(arguments),
                "idle" => IdleRole.RunAsync(arguments),
                "probe" => ProbeRole.RunAsync(arguments),
                var unknown => throw new UsageException($"'{unknown}' is no role; {Usage}"),
            };
            await role.ConfigureAwait(false);
            return ExitCode.Clean;
        }
        catch (UsageException e)
        {
            await Console.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
            return ExitCode.Usage;
        }
        catch (Exception e) when (e is CommandFailedException or TransportException or SocketException or IOException
            or AuthenticationException or TimeoutException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
            return ExitCode.Failure;
        }
    }
}
