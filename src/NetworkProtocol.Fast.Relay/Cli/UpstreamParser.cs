using System;
using System.Collections.Generic;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Relay.Forwarding;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>Reads <c>NAME=URI[,URI]</c>, and what is said about an upstream besides.</summary>
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

    internal static string? ParseSession(string text, out (string Upstream, SessionKind Session) value)
    {
        string? error = Split(text, "NAME=plain or NAME=secure", out string name, out string rest);
        value = (name, default);
        return error ?? ValueParsers.Session(rest, out value.Session);
    }

    internal static string? ParsePin(string text, out (string Upstream, KeyFingerprint Pin) value)
    {
        string? error = Split(text, "NAME=FINGERPRINT", out string name, out string rest);
        value = (name, null!);
        return error ?? ValueParsers.Fingerprint(rest, out value.Pin);
    }

    internal static string? ParseRoots(string text, out (string Upstream, string Roots) value)
    {
        string? error = Split(text, "NAME=FILE or NAME=system", out string name, out string rest);
        value = (name, rest);
        return error ?? ValueParsers.FilePath(rest, out _);
    }

    internal static string? ParseCertificate(string text, out (string Upstream, CertificateFiles Files) value)
    {
        string? error = Split(text, "NAME=CERTIFICATE or NAME=CERTIFICATE,KEY", out string name, out string rest);
        string[] files = rest.Split(',');
        value = (name, new CertificateFiles(files[0], files.Length > 1 ? files[1] : null));
        return error ?? (files.Length > 2 || files[0].Length == 0
            ? $"'{text}' names no certificate; write NAME=CERTIFICATE or NAME=CERTIFICATE,KEY"
            : null);
    }

    // At the first sign: names have none, fingerprints end in one.
    private static string? Split(string text, string form, out string name, out string rest)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        name = text[..Math.Max(equals, 0)];
        rest = text[(equals + 1)..];
        return equals > 0 ? null : $"'{text}' names no upstream; write {form}";
    }
}
