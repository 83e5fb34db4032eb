using System;
using System.IO;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// A file of keys (identity, known hosts, authorised keys) cannot be used. The message names the file, what is wrong
/// and what to do; it never shows key material.
/// </summary>
public sealed class KeyFileException : IOException
{
    internal KeyFileException(string path, string message, int line = 0, Exception? cause = null)
        : base(message, cause)
    {
        Path = path;
        Line = line;
    }

    /// <summary>Which file.</summary>
    public string Path { get; }

    /// <summary>Which line of it, from 1; 0 when the file as a whole is meant.</summary>
    public int Line { get; }
}
