using System;
using System.Net;
using System.Net.Sockets;

namespace NetworkProtocol.Fast.Transport;

/// <summary>Reads the host of an endpoint into its canonical form; the return value is the fault, if any.</summary>
internal static class EndpointHost
{
    private const int NameCharsMax = 253;
    private const int LabelCharsMax = 63;

    internal static string? Read(ReadOnlySpan<char> text, out string host)
    {
        host = "";
        if (text.IsEmpty)
        {
            return "host missing before the port; write a name or an address, or 0.0.0.0 to listen on all";
        }

        if (text[0] == '[')
        {
            ReadOnlySpan<char> inner = text[1..^1];
            if (!inner.Contains(':') || !IPAddress.TryParse(inner, out IPAddress? v6)
                || v6.AddressFamily != AddressFamily.InterNetworkV6)
            {
                return $"'{inner}' is not an ipv6 address; only ipv6 addresses go in brackets";
            }

            host = v6.ToString();
            return null;
        }

        // What begins with a digit and ends in one is meant as an address; names never end in a numeric label.
        ReadOnlySpan<char> last = text[(text.LastIndexOf('.') + 1)..];
        if (last.Length > 0 && last.IndexOfAnyExceptInRange('0', '9') < 0)
        {
            return ReadIPv4(text, out host);
        }

        return ReadName(text, out host);
    }

    private static string? ReadIPv4(ReadOnlySpan<char> text, out string host)
    {
        // The round trip refuses what IPAddress also accepts: fewer than four parts, octal, hexadecimal.
        host = IPAddress.TryParse(text, out IPAddress? address) ? address.ToString() : "";
        return text.SequenceEqual(host)
            ? null
            : $"'{text}' is not an ipv4 address; write four numbers from 0 to 255, like 127.0.0.1";
    }

    private static string? ReadName(ReadOnlySpan<char> text, out string host)
    {
        host = "";
        if (text.Length > NameCharsMax)
        {
            return $"host is {text.Length} characters long; a name has at most {NameCharsMax}";
        }

        foreach (Range range in text.Split('.'))
        {
            ReadOnlySpan<char> label = text[range];
            if (label.Length is 0 or > LabelCharsMax || label[0] == '-' || label[^1] == '-')
            {
                return $"host '{text}' has a bad part '{label}'; parts are 1 to {LabelCharsMax} characters long "
                    + "and neither begin nor end with '-'";
            }

            foreach (char c in label)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
                {
                    return $"host '{text}' has a bad character '{c}'; use letters, digits, '-', '_' and '.'";
                }
            }
        }

        host = text.ToString().ToLowerInvariant();
        return null;
    }
}
