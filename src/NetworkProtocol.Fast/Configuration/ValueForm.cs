namespace NetworkProtocol.Fast.Configuration;

/// <summary>How a value is written in TOML.</summary>
internal enum ValueForm
{
    /// <summary>In quotes.</summary>
    Text,

    /// <summary>Digits without quotes.</summary>
    Number,

    /// <summary>true or false.</summary>
    Flag,

    /// <summary>A number and a unit in quotes.</summary>
    Time,

    /// <summary>A number and a unit in quotes, or a number of bytes.</summary>
    Size,
}
