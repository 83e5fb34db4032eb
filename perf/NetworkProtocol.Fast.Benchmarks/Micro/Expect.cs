using System;
using System.Collections.Generic;

namespace NetworkProtocol.Fast.Benchmarks.Micro;

/// <summary>Checks in setup that an operation does what it is timed for.</summary>
internal static class Expect
{
    internal static void Same<T>(T actual, T expected, string operation)
    {
        if (!EqualityComparer<T>.Default.Equals(actual, expected))
        {
            throw new InvalidOperationException($"{operation} gave {actual}, expected {expected}");
        }
    }
}
