using System.Collections.Generic;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>A titled list of facts.</summary>
internal sealed record InfoSection(string Name, IReadOnlyList<(string Name, string Value)> Entries);
