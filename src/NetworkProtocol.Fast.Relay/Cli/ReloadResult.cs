using System.Collections.Generic;
using NetworkProtocol.Fast.Relay.Admin;

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

    /// <summary>The same for whoever asked over the admin listener.</summary>
    internal ReloadReport ToReport() => new(
        IsDone, IsDone ? Summary : string.Join("; ", Errors), Changed, NeedsRestart);

    private string Summary
    {
        get
        {
            string changed = Changed.Count switch
            {
                0 => "no change is in force but what certificate files hold",
                1 => "1 change is in force",
                int count => $"{count} changes are in force",
            };
            return NeedsRestart.Count switch
            {
                0 => changed,
                1 => changed + "; 1 needs a restart",
                int count => $"{changed}; {count} need a restart",
            };
        }
    }
}
