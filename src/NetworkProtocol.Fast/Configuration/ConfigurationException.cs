using System;
using System.Collections.Generic;
using System.Linq;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>A configuration that cannot be used.</summary>
/// <param name="errors">All that is wrong with it; at least one.</param>
public sealed class ConfigurationException(IReadOnlyList<ConfigurationError> errors)
    : Exception(string.Join('\n', errors.Select(static e => e.ToString())))
{
    /// <summary>All that is wrong, in the order of the file.</summary>
    public IReadOnlyList<ConfigurationError> Errors { get; } = errors;
}
