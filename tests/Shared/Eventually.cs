using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Shared;

/// <summary>Waits for what other threads or processes bring about; the test's own time limit ends it.</summary>
internal static class Eventually
{
    internal static async Task HoldsAsync(
        Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        while (!condition())
        {
            if (TestContext.CurrentContext.CancellationToken.IsCancellationRequested)
            {
                Assert.Fail($"it never came true: {what}");
            }

            await Task.Delay(1);
        }
    }
}
