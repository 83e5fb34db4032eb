using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Transport;

internal sealed class SocketRuntimeTests
{
    [Test]
    public void UseInlineCompletions_AfterTheFirstSocket_IsRefusedAndChangesNothing()
    {
        SocketRuntime.MarkSocketMade();
        int threads = SocketRuntime.SocketThreads;
        Assert.That(SocketRuntime.UseInlineCompletions(threads + 1), Is.False);
        Assert.That(SocketRuntime.SocketThreads, Is.EqualTo(threads));
        Assert.That(SocketRuntime.SocketMade, Is.True);
        Assert.That(SocketRuntime.InlineCompletions, Is.True, "set when this assembly was loaded");
    }
}
