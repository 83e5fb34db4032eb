using System.Collections.Generic;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>What somebody said about a key.</summary>
/// <param name="Texts">The value, or those of a list; each has passed the key's check.</param>
/// <param name="Origin">Where.</param>
internal sealed record ConfigurationValue(IReadOnlyList<string> Texts, ConfigurationOrigin Origin)
{
    internal string Joined => string.Join(',', Texts);
}
