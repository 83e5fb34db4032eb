using System;

namespace NetworkProtocol.Fast.Session;

/// <summary>Where a secret is read from: a file by its path, or <c>env:NAME</c>, a variable of the environment. A file
/// of such a name is <c>./env:NAME</c>.</summary>
internal static class SecretSource
{
    internal const string Prefix = "env:";

    /// <summary>The variable's name; null when the source is a file.</summary>
    internal static string? VariableOf(string source) =>
        source.StartsWith(Prefix, StringComparison.Ordinal) ? source[Prefix.Length..] : null;

    /// <summary>The value of a variable.</summary>
    /// <param name="what">What it is to be, for messages.</param>
    /// <param name="variable">Its name.</param>
    /// <exception cref="KeyFileException">It is not set, or empty.</exception>
    internal static string Read(string what, string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
            ? value
            : throw new KeyFileException(Prefix + variable,
                $"{what}: the variable {variable} is not set, or empty; set it, or name a file instead");
}
