using System.Globalization;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>Where exactly a value comes from.</summary>
/// <param name="Layer">Which layer.</param>
/// <param name="Source">The file, the variable or the option; empty for a default.</param>
/// <param name="Line">Line in the file, from 1; 0 elsewhere.</param>
/// <param name="Column">Column in the file, from 1; 0 elsewhere.</param>
public sealed record ConfigurationOrigin(ConfigurationLayer Layer, string Source, int Line = 0, int Column = 0)
{
    internal static ConfigurationOrigin Default { get; } = new(ConfigurationLayer.Default, string.Empty);

    internal static ConfigurationOrigin Program { get; } = new(ConfigurationLayer.Program, "program");

    /// <summary>A key as who wrote something here knows it: who wrote an option is told of options, who wrote a file of
    /// keys.</summary>
    internal string Calls(ConfigurationKey key) =>
        Layer == ConfigurationLayer.CommandLine ? key.Flag ?? key.Path : key.Path;

    /// <summary>As people read it: <c>npfast.toml:3:8</c>, a variable, an option, or <c>default</c>.</summary>
    public override string ToString() => Layer == ConfigurationLayer.Default
        ? "default"
        : Line == 0 ? Source : string.Create(CultureInfo.InvariantCulture, $"{Source}:{Line}:{Column}");
}
