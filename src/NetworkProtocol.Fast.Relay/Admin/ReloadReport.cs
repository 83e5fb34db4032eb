using System.Collections.Generic;

namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>What came of a reload: what it changed, and what the configuration says otherwise than the relay was
/// started with and only a restart changes.</summary>
internal sealed record ReloadReport(
    bool Done, string Message, IReadOnlyList<string> Changed, IReadOnlyList<string> NeedsRestart);
