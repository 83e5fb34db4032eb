using System.Text.Json.Serialization;

namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>A level to put in force.</summary>
/// <param name="Level">A level; null lets the category have none of its own any more.</param>
/// <param name="Category">Null for all that have none of their own.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record LogLevelChange(string? Level, string? Category);
