using System.Runtime.CompilerServices;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Tests;

/// <summary>
/// The runtime reads its socket settings at the first socket, and the test host may open one before any fixture
/// runs, so they are set as soon as this assembly is loaded.
/// </summary>
internal static class TestRuntime
{
#pragma warning disable CA2255 // This assembly is the application as far as socket settings are concerned.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void UseInlineCompletions() => SocketRuntime.UseInlineCompletions(workers: 2);
}
