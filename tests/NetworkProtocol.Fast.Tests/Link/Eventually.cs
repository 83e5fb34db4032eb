using System;
using System.Diagnostics;
using System.Threading.Tasks;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Link;

/// <summary>Waits for what other threads are about to do and announce in no other way.</summary>
internal static class Eventually
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(10);

    internal static async Task TrueAsync(Func<bool> condition, string what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > patience)
            {
                Assert.Fail($"it never came true: {what}");
            }

            await Task.Yield();
        }
    }
}
