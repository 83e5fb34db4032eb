using System.Collections.Generic;

namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>Levels in force.</summary>
internal sealed record LogLevelReport(string Level, IReadOnlyDictionary<string, string> Categories);
