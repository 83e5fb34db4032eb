using System;
using System.Globalization;
using System.Text;

namespace NetworkProtocol.Fast.Transport;

/// <summary>
/// Reads endpoint URIs. Written by hand because <see cref="Uri"/> accepts far more than an endpoint may hold
/// (relative forms, octal addresses, escapes) and cannot say which part is wrong.
/// </summary>
internal static class EndpointParser
{
    /// <summary>sockaddr_un.sun_path has 108 bytes on Linux, the last of them the terminating zero.</summary>
    internal const int UnixPathBytesMax = 107;

    /// <summary>Leaves room for the folder that the name becomes a file in, where pipes are Unix sockets.</summary>
    internal const int PipeNameCharsMax = 48;

    /// <summary>Null when the URI is malformed; <paramref name="error"/> then says why.</summary>
    internal static Endpoint? Parse(string uri, out string? error)
    {
        Endpoint? endpoint = null;
        string? fault = uri.Length == 0
            ? "it is empty; write tcp://HOST:PORT or unix:///PATH"
            : FaultOfCharacters(uri) ?? ReadScheme(uri, out endpoint);
        error = fault is null ? null : $"endpoint '{Shown(uri)}': {fault}";
        return fault is null ? endpoint : null;
    }

    private static string? FaultOfCharacters(string uri)
    {
        for (int i = 0; i < uri.Length; i++)
        {
            // White space inside a Unix path is legal; around the URI it is a slip of copying.
            bool outer = i == 0 || i == uri.Length - 1;
            if (char.IsControl(uri[i]) || (outer && char.IsWhiteSpace(uri[i])))
            {
                return $"white space or a control character at position {i + 1}; remove it";
            }
        }

        return null;
    }

    private static string? ReadScheme(string uri, out Endpoint? endpoint)
    {
        endpoint = null;
        int end = uri.IndexOf("://", StringComparison.Ordinal);
        if (end <= 0)
        {
            return "scheme missing; write tcp://HOST:PORT or unix:///PATH";
        }

        ReadOnlySpan<char> scheme = uri.AsSpan(0, end);
        ReadOnlySpan<char> rest = uri.AsSpan(end + 3);
        if (scheme.Equals("tcp", StringComparison.OrdinalIgnoreCase))
        {
            return ReadTcp(rest, EndpointScheme.Tcp, out endpoint);
        }

        if (scheme.Equals("tls", StringComparison.OrdinalIgnoreCase))
        {
            return ReadTcp(rest, EndpointScheme.Tls, out endpoint);
        }

        if (scheme.Equals("unix", StringComparison.OrdinalIgnoreCase))
        {
            return ReadUnix(rest, out endpoint);
        }

        if (scheme.Equals("pipe", StringComparison.OrdinalIgnoreCase))
        {
            return ReadPipe(rest, out endpoint);
        }

        return scheme.IndexOf('+') > 0
            ? $"scheme '{scheme}' is not supported by this version; use tcp://, tls://, unix:// or pipe://"
            : $"unknown scheme '{scheme}'; use tcp://, tls://, unix:// or pipe://";
    }

    private static string? ReadTcp(
        ReadOnlySpan<char> authority, EndpointScheme scheme, out Endpoint? endpoint)
    {
        endpoint = null;
        string? fault = FaultOfExtraParts(authority);
        if (fault is not null)
        {
            return fault;
        }

        int colon;
        if (authority.StartsWith('['))
        {
            int close = authority.IndexOf(']');
            if (close < 0)
            {
                return "']' missing after the ipv6 address; write tcp://[ADDRESS]:PORT";
            }

            if (close + 1 < authority.Length && authority[close + 1] != ':')
            {
                return $"unexpected '{authority[(close + 1)..]}' after ']'; write tcp://[ADDRESS]:PORT";
            }

            colon = close + 1 < authority.Length ? close + 1 : -1;
        }
        else
        {
            colon = authority.IndexOf(':');
            if (colon != authority.LastIndexOf(':'))
            {
                return "more than one ':' in the host; put an ipv6 address in brackets, tcp://[ADDRESS]:PORT";
            }
        }

        fault = EndpointHost.Read(colon < 0 ? authority : authority[..colon], out string host);
        if (fault is not null)
        {
            return fault;
        }

        if (colon < 0 || colon == authority.Length - 1)
        {
            return $"port missing after host '{host}'; write tcp://HOST:PORT";
        }

        fault = ReadPort(authority[(colon + 1)..], out int port);
        endpoint = fault is null ? Endpoint.OverTcp(scheme, host, port) : null;
        return fault;
    }

    private static string? FaultOfExtraParts(ReadOnlySpan<char> authority)
    {
        int end = authority.IndexOfAny("/?#");
        int at = authority.IndexOf('@');
        if (at >= 0 && (end < 0 || at < end))
        {
            return "user info is not allowed before the host; remove everything up to '@'";
        }

        return end < 0 ? null : authority[end] switch
        {
            '?' => $"a query is not allowed; remove '{authority[end..]}'",
            '#' => $"a fragment is not allowed; remove '{authority[end..]}'",
            _ => $"a path is not allowed after the port; remove '{authority[end..]}'",
        };
    }

    private static string? ReadPort(ReadOnlySpan<char> text, out int port)
    {
        // No sign, no white space, no group separators: only what a URI may hold.
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= ushort.MaxValue
            ? null
            : $"port '{text}' is not a number from 0 to 65535; use 1 to 65535, or 0 to listen on any free port";
    }

    private static string? ReadUnix(ReadOnlySpan<char> path, out Endpoint? endpoint)
    {
        endpoint = null;
        if (path.IsEmpty)
        {
            return "path missing; write unix:///PATH";
        }

        bool isAbstract = path[0] == '@';
        if (isAbstract && !OperatingSystem.IsLinux())
        {
            return "only Linux has abstract names; write unix:///PATH";
        }

        if (isAbstract && path.Length == 1)
        {
            return "name missing after '@'; write unix://@NAME";
        }

        if (path[0] != '/' && !isAbstract)
        {
            return $"path '{path}' is relative; write an absolute path after unix://, like unix:///run/npfast.sock";
        }

        int extra = path.IndexOfAny('?', '#');
        if (extra >= 0)
        {
            string part = path[extra] == '?' ? "query" : "fragment";
            return $"a {part} is not allowed; remove '{path[extra..]}'";
        }

        if (path[^1] == '/' && !isAbstract)
        {
            return $"path '{path}' names a directory; add the name of the socket file";
        }

        int bytes = Encoding.UTF8.GetByteCount(path);
        if (bytes > UnixPathBytesMax)
        {
            return $"path is {bytes} bytes long; a unix socket path has at most {UnixPathBytesMax}, use a shorter one";
        }

        endpoint = Endpoint.Unix(path.ToString());
        return null;
    }

    private static string? ReadPipe(ReadOnlySpan<char> name, out Endpoint? endpoint)
    {
        endpoint = null;
        if (name.IsEmpty)
        {
            return "name missing; write pipe://NAME";
        }

        if (name.Length > PipeNameCharsMax)
        {
            return $"name is {name.Length} characters long; use at most {PipeNameCharsMax}";
        }

        foreach (char c in name)
        {
            // No path: of these the systems make file names.
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
            {
                return $"name '{name}' has a bad character '{c}'; use letters, digits, '-', '_' and '.'";
            }
        }

        endpoint = Endpoint.Pipe(name.ToString());
        return null;
    }

    /// <summary>User info may be a password, which must not reach a log or a terminal.</summary>
    private static string Shown(string uri)
    {
        int start = uri.IndexOf("://", StringComparison.Ordinal);
        int at = uri.LastIndexOf('@');
        return start >= 0 && at > start + 3 ? string.Concat(uri.AsSpan(0, start + 3), "***", uri.AsSpan(at)) : uri;
    }
}
