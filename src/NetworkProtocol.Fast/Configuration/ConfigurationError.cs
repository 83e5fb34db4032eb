namespace NetworkProtocol.Fast.Configuration;

/// <summary>One thing that is wrong with a configuration.</summary>
/// <param name="Origin">Where it stands.</param>
/// <param name="Message">The key, what is wrong with it, and what to write instead.</param>
public sealed record ConfigurationError(ConfigurationOrigin Origin, string Message)
{
    /// <summary>Place and message in one line. A message about an option of the command line names it
    /// itself.</summary>
    public override string ToString() =>
        Origin.Layer is ConfigurationLayer.Default or ConfigurationLayer.CommandLine ? Message : $"{Origin}: {Message}";
}
