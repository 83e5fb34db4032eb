using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary><c>npfast cert</c>: makes and shows certificates for tls:// endpoints.</summary>
internal static class CertCommand
{
    private const int DaysDefault = 365;
    private const int DaysMax = 36_500;

    // Clocks differ, and a certificate that is not valid yet is no good start.
    private static readonly TimeSpan ClockSlack = TimeSpan.FromMinutes(5);

    private static readonly Option<IReadOnlyList<string>> Names = Parameters.Repeatable<string>(
        "--name", "NAME", "Host name, IP address, URI or mail address it is for; repeatable, the first is its common "
        + "name as well", Name);

    private static readonly Option<string?> CommonName = Parameters.Option<string?>(
        "--name", "NAME", "What the CA is called; 'npfast CA' unless given", ValueParsers.Text);

    private static readonly Option<string?> Out = Parameters.Option<string?>(
        "--out", "DIRECTORY", "Where to write the files; made if it is missing", ValueParsers.FilePath);

    private static readonly Option<int> Days = Parameters.Option(
        "--days", "N", "How many days it is valid", ValueParsers.Integer(1, DaysMax), DaysDefault);

    private static readonly Option<bool> Force = Parameters.Flag("--force", "Replaces files that exist");

    private static readonly Option<string?> Authority = Parameters.Option<string?>(
        "--ca", "DIRECTORY", "Where npfast cert ca has written the CA", ValueParsers.FilePath);

    private static readonly Option<CertificateUse> Use = Parameters.Option(
        "--for", "server|client|both", "Who is to use it", ParseUse, CertificateUse.Server);

    private static readonly Argument<string?> FileArgument = Parameters.Argument<string?>(
        "FILE", "Certificates in PEM", ValueParsers.FilePath);

    internal static Command Create() => new("cert", "Makes and shows certificates for tls:// endpoints.")
    {
        CreateSelfSigned(), CreateAuthority(), CreateIssue(), CreateShow(),
    };

    private static Command CreateSelfSigned()
    {
        var command = new Command("self-signed", "Makes a certificate that vouches for itself: cert.pem and key.pem.")
        {
            Names, Out, Days, Use, Force,
        };
        command.SetAction(parsed =>
        {
            CertificateDraft draft = DraftOf(parsed, RequireNames(parsed));
            using X509Certificate2 made = CertificateAuthor.SelfSigned(draft);
            return WriteBoth(parsed, made, "cert.pem", "key.pem");
        });
        return command;
    }

    private static Command CreateAuthority()
    {
        var command = new Command("ca", "Makes a CA that can issue certificates: ca.pem and ca-key.pem.")
        {
            CommonName, Out, Days, Force,
        };
        command.SetAction(parsed =>
        {
            CertificateDraft draft = DraftOf(parsed, [parsed.GetValue(CommonName) ?? "npfast CA"]);
            using X509Certificate2 made = CertificateAuthor.Authority(draft);
            return WriteBoth(parsed, made, "ca.pem", "ca-key.pem");
        });
        return command;
    }

    private static Command CreateIssue()
    {
        var command = new Command("issue", "Makes a certificate that a CA vouches for: cert.pem and key.pem.")
        {
            Authority, Names, Out, Days, Use, Force,
        };
        command.SetAction(parsed =>
        {
            string folder = Require(parsed, Authority);
            CertificateDraft draft = DraftOf(parsed, RequireNames(parsed)) with { Use = parsed.GetValue(Use) };
            using X509Certificate2 authority = CertificateReader.ReadWithKey(
                new CertificateFiles(Path.Combine(folder, "ca.pem"), Path.Combine(folder, "ca-key.pem")), out _);
            if (authority.NotAfter < DateTime.Now)
            {
                throw new CommandFailedException(
                    $"the CA in {folder} expired on {Time(authority.NotAfter)}; make another one with npfast cert ca");
            }

            using X509Certificate2 made = CertificateAuthor.Issue(authority, draft);
            return WriteBoth(parsed, made, "cert.pem", "key.pem");
        });
        return command;
    }

    private static Command CreateShow()
    {
        var command = new Command("show", "Prints what certificates say, and the fingerprints of their keys.")
        {
            FileArgument,
        };
        command.SetAction(parsed =>
        {
            X509Certificate2Collection found = CertificateReader.ReadAll(parsed.GetValue(FileArgument)!);
            using TextWriter output = StandardOutput.OpenText();
            foreach (X509Certificate2 certificate in found)
            {
                Describe(output, certificate);
                certificate.Dispose();
            }

            return ExitCode.Clean;
        });
        return command;
    }

    private static CertificateDraft DraftOf(ParseResult parsed, IReadOnlyList<string> names)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return new CertificateDraft
        {
            Names = names,
            NotBefore = now - ClockSlack,
            NotAfter = now.AddDays(parsed.GetValue(Days)),
        };
    }

    private static IReadOnlyList<string> RequireNames(ParseResult parsed) =>
        parsed.GetValue(Names) is { Count: > 0 } names
            ? names
            : throw new UsageException($"{Names.Name} is missing; write the name that clients connect by");

    private static string Require(ParseResult parsed, Option<string?> option) => parsed.GetValue(option)
        ?? throw new UsageException($"{option.Name} is missing; write {option.Name} DIRECTORY");

    private static int WriteBoth(ParseResult parsed, X509Certificate2 made, string certificateFile, string keyFile)
    {
        string folder = Require(parsed, Out);
        string certificatePath = Path.Combine(folder, certificateFile);
        string keyPath = Path.Combine(folder, keyFile);
        bool force = parsed.GetValue(Force);
        if (!force && new[] { certificatePath, keyPath }.FirstOrDefault(KeyFiles.IsTaken) is { } taken)
        {
            throw new UsageException(
                $"{taken} exists; add --force to replace it, or name another directory with --out");
        }

        CertificateWriter.Write(made, certificatePath, keyPath, force);
        using TextWriter output = StandardOutput.OpenText();
        output.WriteLine(CertificateNames.FingerprintOf(made));
        return ExitCode.Clean;
    }

    private static void Describe(TextWriter output, X509Certificate2 certificate)
    {
        output.WriteLine($"subject      {certificate.Subject}");
        output.WriteLine($"issuer       {certificate.Issuer}");
        IReadOnlyList<string> names = CertificateNames.AlternativeNamesOf(certificate);
        output.WriteLine($"names        {(names.Count > 0 ? string.Join(", ", names) : "none")}");
        bool isOver = certificate.NotAfter < DateTime.Now;
        output.WriteLine($"valid        {Time(certificate.NotBefore)} to {Time(certificate.NotAfter)}"
            + (isOver ? " (expired)" : string.Empty));
        output.WriteLine($"key          {certificate.PublicKey.Oid.FriendlyName ?? certificate.PublicKey.Oid.Value}");
        output.WriteLine($"fingerprint  {CertificateNames.FingerprintOf(certificate)}");
        output.WriteLine($"certificate  sha256:{Convert.ToBase64String(SHA256.HashData(certificate.RawData))}");
    }

    private static string Time(DateTime time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string? Name(string text, out string value)
    {
        value = text;
        if (text.Length == 0 || text.Any(static c => c <= ' ' || c > '~'))
        {
            return $"'{text}' is no name; write a host name, an IP address, a URI or a mail address in ASCII";
        }

        return text.Contains("://", StringComparison.Ordinal) && !Uri.TryCreate(text, UriKind.Absolute, out _)
            ? $"'{text}' is no URI"
            : null;
    }

    private static string? ParseUse(string text, out CertificateUse value)
    {
        value = text switch
        {
            "client" => CertificateUse.Client,
            "both" => CertificateUse.Both,
            _ => CertificateUse.Server,
        };
        return text is "server" or "client" or "both" ? null : $"'{text}' is unknown; use server, client or both";
    }
}
