using System;
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

    internal required string Version { get; init; }

    /// <summary>When the process started.</summary>
    internal required DateTimeOffset Started { get; init; }

    /// <summary>Does what SIGTERM does: the relay lets its connections end and stops.</summary>
    internal required Action Drain { get; init; }

    /// <summary>Reads the configuration again: null when it is in force, else why it is not, and the old one stays.
    /// Null where there is no configuration to read.</summary>
    internal Func<Task<string?>>? Reload { get; init; }
}
