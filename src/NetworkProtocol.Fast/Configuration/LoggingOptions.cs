using System;
using System.Collections.Frozen;
using System.Collections.Generic;
using Microsoft.Extensions.Logging;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>What is logged, how a line looks, and where it goes besides stderr.</summary>
public sealed record LoggingOptions
{
    /// <summary>What the application's own categories begin with, and may be named without.</summary>
    public const string CategoryPrefix = "NetworkProtocol.Fast.";

    /// <summary>Smallest <see cref="FileBytesMax"/>: 4 KiB.</summary>
    public const long FileBytesMin = 4 << 10;

    /// <summary>Name of this instance, for the status page and the metrics; 1 to 64 characters.</summary>
    public string AppName { get; init; } = "npfast";

    /// <summary>Lines below it are not written, in categories that <see cref="Categories"/> does not name.</summary>
    public LogLevel Level { get; init; } = LogLevel.Information;

    /// <summary>Levels of single categories, by the beginning of their names in whole parts, in any case, with
    /// or without <see cref="CategoryPrefix"/>: <c>server</c>, <c>access</c>. The longest that fits wins.</summary>
    public IReadOnlyDictionary<string, LogLevel> Categories { get; init; } = FrozenDictionary<string, LogLevel>.Empty;

    /// <summary>How a line looks, on stderr and in the file.</summary>
    public LogFormat Format { get; init; }

    /// <summary>A file that the lines are appended to as well; null for none.</summary>
    public string? File { get; init; }

    /// <summary>A file that would grow beyond this many bytes is put aside, as FILE.1; 16 MiB unless given.</summary>
    public long FileBytesMax { get; init; } = 16 << 20;

    /// <summary>Most files, the one that is written included; older ones are deleted. 1 to 1000.</summary>
    public int FilesMax { get; init; } = 5;

    /// <summary>Checks every value.</summary>
    /// <returns>This record.</returns>
    /// <exception cref="ArgumentException">A value is out of range; the message says which and what is
    /// allowed.</exception>
    public LoggingOptions Validate()
    {
        if (AppName is not { Length: >= 1 and <= 64 })
        {
            throw new ArgumentException("the application's name has 1 to 64 characters; use another", nameof(AppName));
        }

        RequireLevel(Level, nameof(Level));
        foreach ((string category, LogLevel level) in Categories)
        {
            if (category.Length == 0)
            {
                throw new ArgumentException("the name of a log category is empty; name one", nameof(Categories));
            }

            RequireLevel(level, nameof(Categories));
        }

        if (!Enum.IsDefined(Format))
        {
            throw new ArgumentException($"log format {Format} is unknown; use simple, systemd or json", nameof(Format));
        }

        if (File is { Length: 0 })
        {
            throw new ArgumentException("the path of the log file is empty; name a file", nameof(File));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(FileBytesMax, FileBytesMin);
        ArgumentOutOfRangeException.ThrowIfLessThan(FilesMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(FilesMax, 1000);
        return this;
    }

    private static void RequireLevel(LogLevel level, string name)
    {
        if (!Enum.IsDefined(level))
        {
            throw new ArgumentException($"log level {level} is unknown; use trace to critical, or none", name);
        }
    }
}
