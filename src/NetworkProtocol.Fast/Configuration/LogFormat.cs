namespace NetworkProtocol.Fast.Configuration;

/// <summary>How a line of the log looks.</summary>
public enum LogFormat
{
    /// <summary>One line for people: time in UTC, level, category, message.</summary>
    Simple = 0,

    /// <summary>One line that begins with the priority that the systemd journal reads: <c>&lt;6&gt;</c>.</summary>
    Systemd,

    /// <summary>One JSON object in each line, with the values of the message as members.</summary>
    Json,
}
