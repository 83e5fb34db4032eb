using Microsoft.Extensions.Logging;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>Keys of [logging].</summary>
internal static class LoggingKeys
{
    private const string Name = "logging";
    private static readonly LoggingOptions Defaults = new();

    internal static ConfigurationKey<string?> AppName { get; } = new(
        Name, "app_name", KeyForms.Line(64), "npfast")
    {
        Doc = "Name of this instance, in its metrics, on its status page and in npfast status",
        ValueName = "NAME",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<LogLevel> Level { get; } = new(
        Name, "level", ValueParsers.Level, LogLevel.Information)
    {
        Doc = "trace, debug, information, warning, error, critical or none",
        ValueName = "LEVEL",
        Flag = "--log-level",
    };

    internal static ConfigurationKey<CategoryLevel> Categories { get; } = new(
        Name, "categories", CategoryLevel.Parse, default)
    {
        Doc = "Level of one category: access, server, client, link, forwarding, relay, admin or log",
        ValueName = "NAME=LEVEL",
        IsList = true,
        Flag = "--log-category",
        Otherwise = "all have logging.level",
        Example = "access=none",
    };

    internal static ConfigurationKey<LogFormat> Format { get; } = new(
        Name, "format", ValueParsers.Format, LogFormat.Simple)
    {
        Doc = "simple, systemd or json",
        ValueName = "FORMAT",
        Flag = "--log-format",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<string?> File { get; } = new(
        Name, "file", ValueParsers.FilePath, null)
    {
        Doc = "Appends the log to a file as well",
        ValueName = "FILE",
        Flag = "--log-file",
        Otherwise = "none",
        Example = "/var/log/npfast/relay.log",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<ByteSize> FileSize { get; } = new(
        Name, "file_size",
        ValueParsers.SizeOf(new ByteSize(LoggingOptions.FileBytesMin), new ByteSize(1L << 40)),
        new ByteSize(Defaults.FileBytesMax))
    {
        Doc = "A log file that would grow beyond it is put aside, as FILE.1",
        ValueName = "SIZE",
        Form = ValueForm.Size,
        Range = KeyForms.Words(new ByteSize(LoggingOptions.FileBytesMin), new ByteSize(1L << 40)),
        Flag = "--log-file-size",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationKey<int> Files { get; } = new(
        Name, "files", ValueParsers.Integer(1, 1000), Defaults.FilesMax)
    {
        Doc = "Most log files, the one that is written included",
        ValueName = "N",
        Form = ValueForm.Number,
        Range = KeyForms.Words(1, 1000),
        Flag = "--log-files",
        Effect = ChangeEffect.Restart,
    };

    internal static ConfigurationSection Section { get; } = new(Name,
        "What is logged, and where. Lines go to stderr; results of commands go to stdout.",
    [
        AppName, Level, Categories, Format, File, FileSize, Files,
    ]);
}
