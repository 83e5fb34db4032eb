namespace NetworkProtocol.Fast.Configuration;

/// <summary>Where a value of a configuration comes from; a later layer overrides an earlier one.</summary>
public enum ConfigurationLayer
{
    /// <summary>Nobody said anything.</summary>
    Default = 0,

    /// <summary>A TOML file.</summary>
    File,

    /// <summary>A variable of the environment.</summary>
    Environment,

    /// <summary>An option of the command line.</summary>
    CommandLine,

    /// <summary>A call of <see cref="NetworkConfiguration.Set"/>.</summary>
    Program,
}
