using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>Options of commands that connect to tls:// endpoints: whose certificates are trusted, and which one is
/// shown. <see cref="TrustOptions"/> has those that secure sessions share.</summary>
internal static class CertificateOptions
{
    internal static Option<string?> Roots { get; } = Parameters.Option<string?>(
        "--ca", "FILE|system", "CAs of tls:// servers in PEM; those of the system unless given, none where a pin is",
        ValueParsers.FilePath);

    internal static Option<string?> Certificate { get; } = Parameters.Option<string?>(
        "--certificate", "FILE", "Certificate to show to a tls:// server, PEM or PKCS#12", ValueParsers.FilePath);

    internal static Option<string?> Key { get; } = Parameters.Option<string?>(
        "--key", "FILE", "Its private key in PEM; in the same file unless given", ValueParsers.FilePath);

    internal static Option<string?> Password { get; } = Parameters.Option<string?>(
        "--key-password-file", "FILE", "Holds the password of an encrypted key in its first line",
        ValueParsers.FilePath);

    internal static Option<string?> ServerName { get; } = Parameters.Option<string?>(
        "--server-name", "NAME", "The name that a tls:// server's certificate must have; the URI's host unless given",
        ValueParsers.Text);

    internal static IReadOnlyList<Option> All { get; } = [Roots, Certificate, Key, Password, ServerName];

    /// <summary>The certificate that is named, with its key; null when there is none.</summary>
    /// <exception cref="UsageException">A key without a certificate.</exception>
    internal static CertificateFiles? FilesOf(ParseResult parsed)
    {
        if (parsed.GetValue(Certificate) is { } certificate)
        {
            return new CertificateFiles(certificate, parsed.GetValue(Key), parsed.GetValue(Password));
        }

        Option[] besides = [Key, Password];
        return besides.FirstOrDefault(o => TrustOptions.IsGiven(parsed, o)) is not { } alone
            ? null
            : throw new UsageException($"{alone.Name} needs the certificate that goes with it; add {Certificate.Name}");
    }

    /// <summary>Whom to trust at a tls:// endpoint, and what to show.</summary>
    /// <exception cref="UsageException">The options contradict each other.</exception>
    internal static TlsClientOptions ToOptions(ParseResult parsed)
    {
        IReadOnlyList<KeyFingerprint> pins = parsed.GetValue(TrustOptions.Pins) ?? [];
        string? roots = parsed.GetValue(Roots);
        bool takesAny = parsed.GetValue(TrustOptions.AnyKey);
        if (takesAny && (pins.Count > 0 || roots is not null))
        {
            string other = pins.Count > 0 ? TrustOptions.Pins.Name : Roots.Name;
            throw new UsageException($"both {TrustOptions.AnyKey.Name} and {other} are given; leave one out");
        }

        return TlsClientOptions.Trusting(roots, pins, takesAny) with
        {
            ServerName = parsed.GetValue(ServerName),
            Certificate = FilesOf(parsed),
        };
    }

    /// <summary>The first of them that the command line holds; null when there is none.</summary>
    internal static Option? FirstGiven(ParseResult parsed) => All.FirstOrDefault(o => TrustOptions.IsGiven(parsed, o));
}
