namespace NetworkProtocol.Fast.Configuration;

/// <summary>A value in force.</summary>
/// <param name="Key">As in <c>server.max_connections</c>, or <c>upstream.0.nodes</c>.</param>
/// <param name="Value">As it would stand in the file; in round brackets what holds when nobody said anything.</param>
/// <param name="Origin">Where it comes from.</param>
public sealed record ConfigurationEntry(string Key, string Value, ConfigurationOrigin Origin);
