using System;
using System.Collections.Generic;
using NetworkProtocol.Fast.Relay.Forwarding;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>Reads <c>NAME=URI[,URI]</c>.</summary>
internal static class UpstreamParser
{
    internal static string? Parse(string text, out UpstreamOptions value)
    {
        value = null!;
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            return $"'{text}' has no name; write NAME=URI, as in orders=tcp://10.0.0.5:9000";
        }

        string name = text[..equals];
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
            {
                return $"upstream name '{name}' has a bad character '{c}'; use letters, digits, '-', '_' and '.'";
            }
        }

        var nodes = new List<Endpoint>();
        foreach (string uri in text[(equals + 1)..].Split(','))
        {
            if (ValueParsers.Uri(uri, out Endpoint node) is { } error)
            {
                return error;
            }

            nodes.Add(node);
        }

        value = new UpstreamOptions { Name = name, Nodes = nodes };
        return null;
    }
}
