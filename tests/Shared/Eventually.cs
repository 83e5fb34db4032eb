using System;
using System.Threading.Tasks;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Shared;

/// <summary>Waits for what other threads or processes bring about; the test's own time limit ends it.</summary>
internal static class Eventually
{
    internal static async Task HoldsAsync(Func<bool> condition)
    {
        while (!condition())
        {
            TestContext.CurrentContext.CancellationToken.ThrowIfCancellationRequested();
            await Task.Delay(1);
        }
    }
}
