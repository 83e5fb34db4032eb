using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Relay.Forwarding;
using NetworkProtocol.Fast.Relay.Logging;

namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>What the admin listener shows and may change.</summary>
internal sealed record AdminContext
{
    internal required RelayNode Node { get; init; }

    internal required LinkRuntime Runtime { get; init; }

    /// <summary>The options in force; asked each time, because a reload may change them.</summary>
    internal required Func<RelayOptions> Options { get; init; }

    internal required LogLevels Levels { get; init; }

    internal required LoggingOptions Logging { get; init; }

    internal required LogLoss LogLoss { get; init; }

    internal required string Version { get; init; }

    /// <summary>When the process started.</summary>
    internal required DateTimeOffset Started { get; init; }

    /// <summary>Does what SIGTERM does: the relay lets its connections end and stops.</summary>
    internal required Action Drain { get; init; }

    /// <summary>Reads the configuration again, and never fails: it says why when the old one stays.</summary>
    internal required Func<Task<ReloadReport>> Reload { get; init; }

    /// <summary>What the configuration says otherwise than the relay was started with, and only a restart
    /// changes.</summary>
    internal required Func<IReadOnlyList<string>> NeedsRestart { get; init; }
}
