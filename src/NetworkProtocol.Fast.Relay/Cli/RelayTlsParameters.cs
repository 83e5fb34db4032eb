using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Relay.Forwarding;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>The options of <c>npfast relay</c> about tls:// listeners and upstreams, and what they must not say. Opens
/// no file.</summary>
internal static class RelayTlsParameters
{
    internal static Option<IReadOnlyList<string>> Certificates { get; } = Parameters.Repeatable<string>(
        "--certificate", "FILE", "Certificate of tls:// listeners, PEM with its chain or PKCS#12; repeatable, clients "
        + "get the first one for the host they name", Path);

    internal static Option<IReadOnlyList<string>> Keys { get; } = Parameters.Repeatable<string>(
        "--key", "FILE", "Private key of the certificate at the same place; in its file unless given; repeatable",
        Path);

    internal static Option<string?> Password { get; } = Parameters.Option<string?>(
        "--key-password-file", "FILE", "Holds the password of encrypted keys in its first line",
        ValueParsers.FilePath);

    internal static Option<string?> ClientRoots { get; } = Parameters.Option<string?>(
        "--client-ca", "FILE", "CAs whose client certificates tls:// listeners trust; they are required then unless "
        + "--client-auth says otherwise", ValueParsers.FilePath);

    internal static Option<IReadOnlyList<string>> AllowedClients { get; } = Parameters.Repeatable<string>(
        "--allow-client", "NAME|FINGERPRINT", "Lets only clients in whose certificate has this alternative name or "
        + "key; repeatable", Client);

    internal static Option<RevocationCheck> Revocation { get; } = Parameters.Option<RevocationCheck>(
        "--revocation", "off|offline", "Whether revoked certificates are looked for in the lists that this system has; "
        + "off unless given", ValueParsers.Revocation);

    internal static Option<IReadOnlyList<(string Upstream, string Roots)>> UpstreamRoots { get; } =
        Parameters.Repeatable<(string, string)>(
            "--upstream-ca", "NAME=FILE|system", "CAs of the tls:// nodes of an upstream; those of the system unless "
            + "given, none where a pin is; repeatable", UpstreamParser.ParseRoots);

    internal static Option<IReadOnlyList<(string Upstream, CertificateFiles Files)>> UpstreamCertificates { get; } =
        Parameters.Repeatable<(string, CertificateFiles)>(
            "--upstream-certificate", "NAME=FILE[,KEY]", "Certificate to show to the tls:// nodes of an upstream; "
            + "repeatable", UpstreamParser.ParseCertificate);

    internal static IReadOnlyList<Option> All { get; } =
    [
        Certificates, Keys, Password, ClientRoots, AllowedClients, Revocation, UpstreamRoots, UpstreamCertificates,
    ];

    /// <summary>Gives listeners and upstreams what they need for TLS.</summary>
    /// <exception cref="UsageException">The options contradict each other, or the endpoints.</exception>
    internal static RelayOptions Apply(ParseResult parsed, RelayOptions options)
    {
        bool listens = options.Server.Listeners.Any(static l => l.Endpoint.Scheme == EndpointScheme.Tls);
        bool connects = options.Upstreams.Any(HasTls);
        Option[] ofListeners = [Certificates, Keys, Password, ClientRoots, AllowedClients];
        foreach (Option option in ofListeners)
        {
            RequireUse(parsed, option, listens, "a tls:// listener");
        }

        RequireUse(parsed, Revocation, listens || connects, "a tls:// listener or upstream");
        RequireUse(parsed, UpstreamRoots, connects, "a tls:// upstream");
        RequireUse(parsed, UpstreamCertificates, connects, "a tls:// upstream");
        TlsServerOptions? tls = listens ? ToOptions(parsed) : null;

        // --session is for all listeners together; at a tls:// one, what it asks for is there already.
        ServerOptions server = options.Server with
        {
            Listeners =
            [
                .. options.Server.Listeners.Select(l => l.Endpoint.Scheme == EndpointScheme.Tls
                    ? l with { Tls = tls, Session = SessionKind.Plain }
                    : l),
            ],
        };
        return options with { Server = server, Upstreams = [.. options.Upstreams.Select(u => Apply(parsed, u))] };
    }

    internal static bool HasTls(UpstreamOptions upstream) =>
        upstream.Nodes.Any(static n => n.Scheme == EndpointScheme.Tls);

    private static TlsServerOptions ToOptions(ParseResult parsed)
    {
        IReadOnlyList<string> certificates = parsed.GetValue(Certificates) ?? [];
        IReadOnlyList<string> keys = parsed.GetValue(Keys) ?? [];
        if (certificates.Count == 0)
        {
            throw new UsageException($"a tls:// listener needs a certificate; name one with {Certificates.Name}, or "
                + "make one with npfast cert self-signed");
        }

        if (keys.Count > 0 && keys.Count != certificates.Count)
        {
            throw new UsageException($"{Keys.Name} is given {keys.Count} times and {Certificates.Name} "
                + $"{certificates.Count} times; give one key for each certificate, in the same order");
        }

        string? roots = parsed.GetValue(ClientRoots);
        ClientAuthentication authentication = TrustOptions.IsGiven(parsed, RelaySecurityParameters.ClientAuth)
            ? parsed.GetValue(RelaySecurityParameters.ClientAuth)
            : roots is null ? ClientAuthentication.None : ClientAuthentication.Required;
        if (authentication != ClientAuthentication.None && roots is null)
        {
            throw new UsageException($"{RelaySecurityParameters.ClientAuth.Name} asks clients of a tls:// listener for "
                + $"certificates; name the file of their CA with {ClientRoots.Name}");
        }

        IReadOnlyList<string> allowed = parsed.GetValue(AllowedClients) ?? [];
        if (authentication == ClientAuthentication.None && (roots is not null || allowed.Count > 0))
        {
            Option unused = roots is not null ? ClientRoots : AllowedClients;
            throw new UsageException(roots is null
                ? $"{unused.Name} needs {ClientRoots.Name} with the CA of the clients"
                : $"{unused.Name} is of no use with {RelaySecurityParameters.ClientAuth.Name} none; leave one out");
        }

        string? password = parsed.GetValue(Password);
        return new TlsServerOptions
        {
            Certificates =
            [
                .. certificates.Select((c, i) => new CertificateFiles(c, keys.Count > 0 ? keys[i] : null, password)),
            ],
            ClientAuthentication = authentication,
            ClientRootsFile = roots,
            AllowedClients = allowed,
            Revocation = parsed.GetValue(Revocation),
            Limits = HandshakeParameters.LimitsOf(parsed),
        };
    }

    private static UpstreamOptions Apply(ParseResult parsed, UpstreamOptions upstream)
    {
        string? roots = Single(parsed.GetValue(UpstreamRoots)?.Where(r => r.Upstream == upstream.Name)
            .Select(static r => r.Roots), UpstreamRoots, upstream);
        CertificateFiles? certificate = Single(parsed.GetValue(UpstreamCertificates)?
            .Where(c => c.Upstream == upstream.Name).Select(static c => c.Files), UpstreamCertificates, upstream);
        if (!HasTls(upstream))
        {
            return roots is null && certificate is null
                ? upstream
                : throw new UsageException($"{(roots is null ? UpstreamCertificates.Name : UpstreamRoots.Name)}: "
                    + $"upstream '{upstream.Name}' has no tls:// node; leave it out");
        }

        return upstream with
        {
            Tls = CertificateOptions.OptionsOf(roots, RelaySecurityParameters.PinsOf(parsed, upstream)) with
            {
                Certificate = certificate,
                Revocation = parsed.GetValue(Revocation),
            },
        };
    }

    private static T? Single<T>(IEnumerable<T>? said, Option option, UpstreamOptions upstream)
    {
        T[] all = [.. said ?? []];
        return all.Length <= 1
            ? all.FirstOrDefault()
            : throw new UsageException($"{option.Name}: '{upstream.Name}' is given twice; keep one of them");
    }

    private static void RequireUse(ParseResult parsed, Option option, bool isOfUse, string where)
    {
        if (!isOfUse && TrustOptions.IsGiven(parsed, option))
        {
            throw new UsageException($"{option.Name} needs {where}; leave it out, or give one");
        }
    }

    private static string? Path(string text, out string value)
    {
        value = text;
        return ValueParsers.FilePath(text, out _);
    }

    // What looks like a fingerprint has to be one, or a slip of the pen would let nobody in.
    private static string? Client(string text, out string value)
    {
        value = text;
        if (!text.StartsWith("sha256:", System.StringComparison.Ordinal))
        {
            return text.Length > 0 ? null : "the name is empty; write a name of the client's certificate";
        }

        string? error = ValueParsers.Fingerprint(text, out KeyFingerprint fingerprint);
        value = error is null ? fingerprint.ToString() : text;
        return error;
    }
}
