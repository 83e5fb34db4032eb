using System;
using System.Buffers;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace NetworkProtocol.Fast.Relay.Admin.Http;

/// <summary>
/// Reads the head of an HTTP/1.1 request (RFC 9112), strictly: what two readers could understand in two ways is
/// refused. Knows GET, HEAD and POST with a length; nothing else is needed here.
/// </summary>
internal static class HttpRequestParser
{
    internal static ReadOnlySpan<byte> EndOfHead => "\r\n\r\n"u8;

    // RFC 9110, section 5.6.2.
    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Reads a head.</summary>
    /// <param name="head">From the request line to the end of the last header, without the empty line.</param>
    /// <param name="limits">What is too much.</param>
    /// <param name="request">The request, its body still to be read.</param>
    /// <param name="fault">What to answer, if it is null.</param>
    internal static bool TryParse(ReadOnlySpan<byte> head, HttpLimits limits,
        [NotNullWhen(true)] out HttpRequest? request, [NotNullWhen(false)] out HttpResponse? fault)
    {
        request = null;
        string[] lines = Encoding.Latin1.GetString(head).Split("\r\n");
        fault = TryParseLine(lines[0], out string method, out string path, out string query, out bool isCurrent);
        if (fault is not null)
        {
            return false;
        }

        if (lines.Length - 1 > limits.HeadersMax)
        {
            fault = HttpResponse.Fault(431, "too many headers");
            return false;
        }

        int bodyBytes = 0;
        fault = TryParseHeaders(lines.AsSpan(1), out Dictionary<string, string> headers)
            ?? TryReadLength(method, headers, limits, out bodyBytes);
        if (fault is not null)
        {
            return false;
        }

        if (isCurrent && !headers.ContainsKey("host"))
        {
            fault = HttpResponse.Fault(400, "the Host header is missing");
            return false;
        }

        request = new HttpRequest
        {
            Method = method,
            Path = path,
            Query = query,
            Headers = headers,
            KeepAlive = isCurrent && !HasToken(headers.GetValueOrDefault("connection"), "close"),
            BodyBytes = bodyBytes,
        };
        return true;
    }

    /// <summary>Decodes %XX; what it means must be UTF-8 without control characters.</summary>
    internal static bool TryDecode(string text, [NotNullWhen(true)] out string? decoded)
    {
        decoded = null;
        var bytes = new List<byte>(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                bytes.Add((byte)text[i]);
            }
            else if (i + 2 < text.Length && byte.TryParse(
                text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
            {
                bytes.Add(value);
                i += 2;
            }
            else
            {
                return false;
            }
        }

        try
        {
            decoded = StrictUtf8.GetString([.. bytes]);
        }
        catch (DecoderFallbackException)
        {
            return false;
        }

        return !HasControl(decoded);
    }

    private static HttpResponse? TryParseLine(
        string line, out string method, out string path, out string query, out bool isCurrent)
    {
        method = string.Empty;
        path = string.Empty;
        query = string.Empty;
        isCurrent = false;
        string[] parts = line.Split(' ');
        if (parts.Length != 3 || !IsToken(parts[0]) || HasControl(parts[1]) || !parts[2].StartsWith("HTTP/"))
        {
            return HttpResponse.Fault(400, "the request line is not METHOD PATH HTTP/1.1");
        }

        isCurrent = parts[2] == "HTTP/1.1";
        if (!isCurrent && parts[2] != "HTTP/1.0")
        {
            return HttpResponse.Fault(505, "only HTTP/1.1 is spoken here");
        }

        method = parts[0];
        string target = parts[1];

        // The absolute form, that of proxies, has to be understood (RFC 9112, section 3.2.2).
        if (target.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        {
            int slash = target.IndexOf('/', "http://".Length);
            target = slash < 0 ? "/" : target[slash..];
        }

        int mark = target.IndexOf('?', StringComparison.Ordinal);
        query = mark < 0 ? string.Empty : target[(mark + 1)..];
        if (!target.StartsWith('/') || !TryDecode(mark < 0 ? target : target[..mark], out string? decoded))
        {
            return HttpResponse.Fault(400, "the path is not one: it begins with / and has only whole %XX of UTF-8");
        }

        path = decoded;
        return method is "GET" or "HEAD" or "POST"
            ? null
            : HttpResponse.Fault(405, "only GET, HEAD and POST are known here", ("Allow", "GET, HEAD, POST"));
    }

    private static HttpResponse? TryParseHeaders(ReadOnlySpan<string> lines, out Dictionary<string, string> headers)
    {
        headers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in lines)
        {
            // Also refuses a folded line, and a space before the colon.
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || !IsToken(line[..colon]))
            {
                return HttpResponse.Fault(400, "a header is not NAME: VALUE");
            }

            string name = line[..colon].ToLowerInvariant();
            string value = line[(colon + 1)..].Trim(' ', '\t');
            if (HasControl(value.Replace('\t', ' ')))
            {
                return HttpResponse.Fault(400, "a header has a control character");
            }

            if (!headers.TryAdd(name, value))
            {
                if (name is "host" or "content-length" or "authorization" or "transfer-encoding")
                {
                    return HttpResponse.Fault(400, $"the header {name} is given twice");
                }

                headers[name] += ", " + value;
            }
        }

        return null;
    }

    private static HttpResponse? TryReadLength(
        string method, Dictionary<string, string> headers, HttpLimits limits, out int bytes)
    {
        bytes = 0;
        if (headers.ContainsKey("transfer-encoding"))
        {
            return HttpResponse.Fault(501, "transfer encodings are not known here; send a Content-Length");
        }

        if (headers.ContainsKey("expect"))
        {
            return HttpResponse.Fault(417, "nothing can be expected here; send the body at once");
        }

        if (!headers.TryGetValue("content-length", out string? length))
        {
            return method == "POST" ? HttpResponse.Fault(411, "a POST needs a Content-Length") : null;
        }

        if (length.Length is 0 or > 18 || length.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            return HttpResponse.Fault(400, "the Content-Length is not a number");
        }

        long announced = long.Parse(length, CultureInfo.InvariantCulture);
        if (announced > limits.BodyBytesMax)
        {
            return HttpResponse.Fault(413, "the body is too long");
        }

        bytes = (int)announced;
        return null;
    }

    private static bool HasToken(string? list, string token)
    {
        foreach (string item in (list ?? string.Empty).Split(','))
        {
            if (item.Trim().Equals(token, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsToken(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(TokenCharacters);

    private static bool HasControl(string text)
    {
        foreach (char c in text)
        {
            if (char.IsControl(c))
            {
                return true;
            }
        }

        return false;
    }
}
