namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>What the process returns. Scripts rely on the numbers.</summary>
internal static class ExitCode
{
    internal const int Clean = 0;
    internal const int Failure = 1;

    /// <summary>Bad usage or configuration: trying again without a change cannot help.</summary>
    internal const int Usage = 2;
}
