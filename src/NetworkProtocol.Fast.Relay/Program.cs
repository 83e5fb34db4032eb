using System.CommandLine;
using NetworkProtocol.Fast.Relay.Cli;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay;

internal static class Program
{
    private static int Main(string[] args)
    {
        DescriptorLimit.Raise();

        // The runtime reads its socket settings at the first socket. Parsing makes none.
        ParseResult parsed = CommandTree.Parse(args);
        SocketRuntime.UseInlineCompletions(SharedOptions.WorkersOf(parsed));
        return CommandTree.Run(parsed);
    }
}
