using System;
using System.Collections.Generic;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>A table of the file with its keys.</summary>
/// <param name="Name">As it stands in brackets.</param>
/// <param name="Doc">What it is about.</param>
/// <param name="Keys">In the order of the reference.</param>
internal sealed record ConfigurationSection(string Name, string Doc, IReadOnlyList<ConfigurationKey> Keys)
{
    /// <summary>It may occur many times, in double brackets.</summary>
    internal bool IsList { get; init; }

    /// <summary>How it stands in the file.</summary>
    internal string Header => IsList ? $"[[{Name}]]" : $"[{Name}]";

    internal ConfigurationKey? Find(string name)
    {
        foreach (ConfigurationKey key in Keys)
        {
            if (string.Equals(key.Name, name, StringComparison.Ordinal))
            {
                return key;
            }
        }

        return null;
    }
}
