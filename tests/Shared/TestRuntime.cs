using System.Runtime.CompilerServices;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Tests.Shared;

/// <summary>
/// Has the library's sockets complete inline, as in the relay. Comes in time only in a host that opens no socket
/// before it loads this assembly; for the others test.runsettings sets the same, and a test tells whether it worked.
/// </summary>
internal static class TestRuntime
{
#pragma warning disable CA2255 // This assembly is the application as far as socket settings are concerned.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void UseInlineCompletions() => SocketRuntime.UseInlineCompletions(workers: 2);
}
