using System;
using System.Collections.Generic;

namespace NetworkProtocol.Fast.Relay.Admin.Http;

/// <summary>A request that is whole and well-formed.</summary>
internal sealed class HttpRequest
{
    internal required string Method { get; init; }

    /// <summary>The path, percent-decoded, without the query.</summary>
    internal required string Path { get; init; }

    /// <summary>What came behind the question mark, as it came; empty for nothing.</summary>
    internal required string Query { get; init; }

    /// <summary>Headers by name in lower case; what came several times stands with commas between.</summary>
    internal required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>Whether the client will read more responses on the connection.</summary>
    internal required bool KeepAlive { get; init; }

    /// <summary>Bytes of the body.</summary>
    internal required int BodyBytes { get; init; }

    internal byte[] Body { get; set; } = [];

    internal bool IsHead => Method == "HEAD";

    internal string? Header(string lowerCaseName) => Headers.GetValueOrDefault(lowerCaseName);

    /// <summary>The value of a parameter of the query, percent-decoded; null when there is none.</summary>
    internal string? Parameter(string name)
    {
        foreach (string pair in Query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals == name.Length && pair.StartsWith(name, StringComparison.Ordinal))
            {
                return HttpRequestParser.TryDecode(pair[(equals + 1)..], out string? value) ? value : null;
            }
        }

        return null;
    }
}
