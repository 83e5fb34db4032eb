namespace NetworkProtocol.Fast.Benchmarks.Processes;

/// <summary>What a process does in a measurement.</summary>
internal enum Part
{
    /// <summary>Sends requests and times their replies.</summary>
    Load,

    /// <summary>What is measured: a relay, or the server that answers by itself.</summary>
    Relay,

    /// <summary>Stands behind the relay.</summary>
    Upstream,
}
