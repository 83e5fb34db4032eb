using NetworkProtocol.Fast.Benchmarks.Processes;

namespace NetworkProtocol.Fast.Benchmarks.Scenarios;

/// <summary>Something that load is put on.</summary>
/// <param name="Name">How tables call it.</param>
/// <param name="Kind">What npfast-load speaks to it: raw, plain, secure or tls.</param>
/// <param name="Target">tcp://127.0.0.1:PORT.</param>
/// <param name="Relay">The process that is measured.</param>
/// <param name="Upstream">The process behind it, if there is one.</param>
internal sealed record Subject(string Name, string Kind, string Target, Child Relay, Child? Upstream = null)
{
    /// <summary>Further options of <c>npfast-load generate</c>.</summary>
    internal string[] Options { get; init; } = [];
}
