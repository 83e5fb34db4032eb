using System;
using System.Buffers;
using System.Globalization;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>Parsers of values; each says what is wrong with a bad one and what to write.</summary>
internal static class ValueParsers
{
    private static readonly SearchValues<char> VariableCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    /// <summary>Narrows a parser to a range, both ends included.</summary>
    internal static TextParser<T> InRange<T>(TextParser<T> parse, T min, T max)
        where T : IComparable<T>
    {
        return (string text, out T value) => parse(text, out value)
            ?? (value.CompareTo(min) < 0 || value.CompareTo(max) > 0
                ? $"'{text}' is out of range; use {min} to {max}"
                : null);
    }

    internal static TextParser<int> Integer(int min, int max) => InRange<int>(Integer, min, max);

    internal static TextParser<Duration> DurationOf(Duration min, Duration max) =>
        InRange<Duration>(Duration.Parse, min, max);

    internal static TextParser<ByteSize> SizeOf(ByteSize min, ByteSize max) =>
        InRange<ByteSize>(ByteSize.Parse, min, max);

    internal static string? Flag(string text, out bool value)
    {
        value = text == "true";
        return text is "true" or "false" ? null : $"'{text}' is neither true nor false; use one of them";
    }

    /// <summary>Takes every text as it is.</summary>
    internal static string? Text(string text, out string? value)
    {
        value = text;
        return null;
    }

    internal static string? Uri(string text, out Endpoint value)
    {
        bool parsed = Endpoint.TryParse(text, out Endpoint? endpoint, out string? error);
        value = endpoint!;
        return parsed ? null : error;
    }

    /// <summary>Where the admin listener can be: what carries HTTP here, and has a port or a file's mode that protects
    /// it.</summary>
    internal static string? AdminUri(string text, out Endpoint value)
    {
        string? fault = Uri(text, out value);
        return fault is null && (value.IsAbstract || value.Scheme is not (EndpointScheme.Tcp or EndpointScheme.Unix))
            ? $"the admin listener cannot be on {value}; use tcp://HOST:PORT or unix:///PATH"
            : fault;
    }

    internal static string? Session(string text, out SessionKind value)
    {
        value = text switch
        {
            "plain" => SessionKind.Plain,
            "secure" => SessionKind.Secure,
            _ => SessionKind.Default,
        };
        return value == SessionKind.Default ? $"session '{text}' is unknown; use plain or secure" : null;
    }

    internal static string? ClientAuth(string text, out ClientAuthentication value)
    {
        value = text switch
        {
            "required" => ClientAuthentication.Required,
            "optional" => ClientAuthentication.Optional,
            _ => ClientAuthentication.None,
        };
        return text is "none" or "optional" or "required"
            ? null
            : $"'{text}' is unknown; use none, optional or required";
    }

    internal static string? Revocation(string text, out RevocationCheck value)
    {
        value = text == "offline" ? RevocationCheck.Offline : RevocationCheck.Off;
        return text is "off" or "offline" ? null : $"'{text}' is unknown; use off or offline";
    }

    internal static string? Fingerprint(string text, out KeyFingerprint value)
    {
        bool parsed = KeyFingerprint.TryParse(text, out KeyFingerprint? fingerprint, out string? error);
        value = fingerprint!;
        return parsed ? null : error;
    }

    /// <summary>A name of a client's certificate, or a fingerprint: what looks like one has to be one, or a slip of the
    /// pen would let nobody in.</summary>
    internal static string? AllowedClient(string text, out string? value)
    {
        value = text;
        if (!text.StartsWith("sha256:", StringComparison.Ordinal))
        {
            return text.Length > 0 ? null : "the name is empty; write a name of the client's certificate";
        }

        string? error = Fingerprint(text, out KeyFingerprint fingerprint);
        value = error is null ? fingerprint.ToString() : text;
        return error;
    }

    internal static string? Compression(string text, out CompressionOptions? value) =>
        CompressionOptions.TryParse(text, out value, out string? error) ? null : error;

    internal static string? FilePath(string text, out string? value)
    {
        value = text;
        return text.Length > 0 ? null : "the path is empty; name a file or directory";
    }

    internal static string? SecretSource(string text, out string? value)
    {
        value = text;
        return NetworkProtocol.Fast.Session.SecretSource.VariableOf(text) is not { } variable ? FilePath(text, out _)
            : variable.Length > 0 && !char.IsAsciiDigit(variable[0])
                && variable.AsSpan().IndexOfAnyExcept(VariableCharacters) < 0 ? null
            : $"'{variable}' is not the name of a variable; write env: with letters, digits and underscores, or ./ "
                + "before the name of a file";
    }

    internal static string? Level(string text, out LogLevel value)
    {
        // Numbers, and lists of which it takes the sum, are legal for Enum.TryParse, but nobody means them here.
        bool named = text.Length > 0 && char.IsAsciiLetter(text[0]) && !text.Contains(',', StringComparison.Ordinal);
        if (named && Enum.TryParse(text, ignoreCase: true, out value) && Enum.IsDefined(value))
        {
            return null;
        }

        value = default;
        return $"'{text}' is not a log level; use trace, debug, information, warning, error, critical or none";
    }

    internal static string? Format(string text, out LogFormat value)
    {
        value = text switch
        {
            "systemd" => LogFormat.Systemd,
            "json" => LogFormat.Json,
            _ => LogFormat.Simple,
        };
        return text is "simple" or "systemd" or "json"
            ? null
            : $"log format '{text}' is unknown; use simple, systemd or json";
    }

    private static string? Integer(string text, out int value) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)
            ? null
            : $"'{text}' is not a number; write digits only";
}
