using System.Reflection;
using System.Runtime;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>What this executable is.</summary>
internal static class ProcessFacts
{
    internal static string Version { get; } =
        typeof(ProcessFacts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>
    /// "native" or "jit". RuntimeFeature cannot tell: the project switches dynamic code off for both. A native
    /// executable has no JIT, and any other has compiled its entry point at least.
    /// </summary>
    internal static string Compilation { get; } = JitInfo.GetCompiledMethodCount() > 0 ? "jit" : "native";
}
