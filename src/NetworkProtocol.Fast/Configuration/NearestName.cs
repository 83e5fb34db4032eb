using System;
using System.Collections.Generic;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>Finds what somebody meant who wrote a name that is unknown.</summary>
internal static class NearestName
{
    /// <summary>The most similar name; null when none is near enough to be a slip.</summary>
    internal static string? Find(string written, IEnumerable<string> names)
    {
        string? best = null;
        int bestDistance = Math.Max(written.Length / 3, 2) + 1;
        foreach (string name in names)
        {
            // A part of the name is near as well: max_connection, connections.
            bool isPart = written.Length > 3 && name.Contains(written, StringComparison.OrdinalIgnoreCase);
            int distance = isPart ? 1 : Distance(written, name);
            if (distance < bestDistance)
            {
                best = name;
                bestDistance = distance;
            }
        }

        return best;
    }

    /// <summary>"; did you mean NAME?", or that of all names when none is near.</summary>
    internal static string Advise(string written, IReadOnlyCollection<string> names) =>
        Find(written, names) is { } near
            ? $"did you mean '{near}'?"
            : $"use one of: {string.Join(", ", names)}";

    // Levenshtein's, with one row.
    private static int Distance(string a, string b)
    {
        if (a.Length > 64 || b.Length > 64)
        {
            return int.MaxValue;
        }

        var row = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++)
        {
            row[j] = j;
        }

        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int cost = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 0 : 1;
                int next = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + cost);
                diagonal = row[j];
                row[j] = next;
            }
        }

        return row[b.Length];
    }
}
