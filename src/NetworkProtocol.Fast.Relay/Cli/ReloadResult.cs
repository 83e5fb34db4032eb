using System.Collections.Generic;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>What came of a reload.</summary>
internal sealed record ReloadResult
{
    /// <summary>Why nothing has changed; empty when the new configuration is in force.</summary>
    internal IReadOnlyList<string> Errors { get; init; } = [];

    /// <summary>What has changed.</summary>
    internal IReadOnlyList<string> Changed { get; init; } = [];

    /// <summary>What is said otherwise now and stays as it was until a restart.</summary>
    internal IReadOnlyList<string> NeedsRestart { get; init; } = [];

    internal bool IsDone => Errors.Count == 0;
}
