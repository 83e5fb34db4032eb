using System;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>How long to wait before a lost connection is made again.</summary>
internal static class ReconnectDelay
{
    /// <summary>The delay after a number of failures in a row: exponential, with half of it left to chance, so that
    /// those who lost the same server do not return to it in step.</summary>
    internal static TimeSpan After(int failures, TimeSpan min, TimeSpan max)
    {
        double factor = Math.Min(Math.Pow(2, failures), max / min);
#pragma warning disable CA5394 // Jitter needs no secrecy.
        return min * factor * (0.5 + (Random.Shared.NextDouble() / 2));
#pragma warning restore CA5394
    }
}
