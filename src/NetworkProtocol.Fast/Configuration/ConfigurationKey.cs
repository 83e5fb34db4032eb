namespace NetworkProtocol.Fast.Configuration;

/// <summary>
/// One key of the configuration: all that reading, the reference, the example, the environment and the command line
/// need to know of it, so that none of them can say something else.
/// </summary>
internal abstract class ConfigurationKey(string section, string name)
{
    internal string Section { get; } = section;

    internal string Name { get; } = name;

    /// <summary>What it means, for the reference, the example and the help.</summary>
    internal required string Doc { get; init; }

    internal ValueForm Form { get; init; }

    /// <summary>What stands for a value in the help, as in TIME.</summary>
    internal required string ValueName { get; init; }

    /// <summary>Several values are allowed.</summary>
    internal bool IsList { get; init; }

    /// <summary>An item of the section cannot be without it.</summary>
    internal bool IsRequired { get; init; }

    /// <summary>What the file that it names holds, where that is a secret; shown as ***.</summary>
    internal string? Secret { get; init; }

    /// <summary>The variable that holds the secret when the key is not given; null for none.</summary>
    internal string? SecretVariable { get; init; }

    /// <summary>Which endpoints it is for.</summary>
    internal KeyScope Scope { get; init; }

    /// <summary>The option of npfast that sets the same; null for none.</summary>
    internal string? Flag { get; init; }

    /// <summary>One value of the option may hold several, with commas between them.</summary>
    internal bool IsDividedByCommas { get; init; }

    /// <summary>What is in force when nobody says anything, in words; null when <see cref="DefaultText"/> says
    /// it.</summary>
    internal string? Otherwise { get; init; }

    /// <summary>A value for the example where there is no default.</summary>
    internal string? Example { get; init; }

    /// <summary>The same in an example of TLS; null takes <see cref="Example"/>.</summary>
    internal string? ExampleOverTls { get; init; }

    /// <summary>The same in an example of a Unix socket; null takes <see cref="Example"/>.</summary>
    internal string? ExampleOnUnix { get; init; }

    /// <summary>The key whose value holds where this one has none.</summary>
    internal ConfigurationKey? Inherits { get; init; }

    /// <summary>Smallest and largest value in words; null when there are none.</summary>
    internal string? Range { get; init; }

    internal ChangeEffect Effect { get; init; }

    /// <summary>The default as it would be written; null when there is none.</summary>
    internal abstract string? DefaultText { get; }

    internal string Path => $"{Section}.{Name}";

    /// <summary>What is wrong with a text; null when nothing is.</summary>
    internal abstract string? Check(string text);

    /// <inheritdoc/>
    public override string ToString() => Path;
}
