namespace NetworkProtocol.Fast.Configuration;

/// <summary>Reads one value of a configuration or a command line.</summary>
/// <returns>Null when the value is good, else what is wrong with it and what to write instead.</returns>
internal delegate string? TextParser<T>(string text, out T value);
