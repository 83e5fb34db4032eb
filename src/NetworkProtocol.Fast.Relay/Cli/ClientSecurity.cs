using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Threading;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>
/// How a command secures its sessions with a server: what the command line says, held against the endpoint. Owns the
/// client's key, so it outlives the sessions.
/// </summary>
internal sealed class ClientSecurity : IDisposable
{
    private readonly IdentityKey? identity;
    private string? told;

    private ClientSecurity(SessionKind session, ServerTrust? trust, IdentityKey? identity, TlsClientOptions? tls)
    {
        Tls = tls;
        this.identity = identity;
        Session = session;
        Options = trust is null
            ? null
            : new SecureClientOptions { Trust = trust, Identity = identity, Notice = Tell };
    }

    /// <summary>Plain or Secure.</summary>
    internal SessionKind Session { get; }

    /// <summary>Whom to trust, and the own key; null for a plain session.</summary>
    internal SecureClientOptions? Options { get; }

    /// <summary>Whose certificates to trust, and the own one; null where the endpoint does not speak TLS.</summary>
    internal TlsClientOptions? Tls { get; }

    /// <summary>Reads the options, opens the files they name, and warns of what is not safe.</summary>
    /// <exception cref="UsageException">They contradict each other, or the session.</exception>
    /// <exception cref="KeyFileException">The client's key cannot be read.</exception>
    internal static ClientSecurity From(ParseResult parsed, Endpoint endpoint)
    {
        SessionKind session = parsed.GetValue(SharedOptions.Session).For(endpoint.Scheme);
        if (endpoint.Scheme == EndpointScheme.Tls)
        {
            return OverTls(parsed, session);
        }

        if (CertificateOptions.FirstGiven(parsed) is { } ofTls)
        {
            throw new UsageException($"{ofTls.Name} needs a tls:// endpoint; leave it out, or write tls://");
        }

        if (session == SessionKind.Plain)
        {
            RequireNone(parsed, "a secure session; leave it out, or write --session secure");
            if (!endpoint.IsLoopback)
            {
                StandardError.Warn(
                    $"the session with {endpoint} is plain: whoever is on the way can read and change everything");
            }

            return new ClientSecurity(session, null, null, null);
        }

        ServerTrust trust = TrustOf(parsed, endpoint);
        string? path = parsed.GetValue(TrustOptions.Identity);
        return new ClientSecurity(session, trust, path is null ? null : IdentityKey.ReadFile(path), null);
    }

    // Certificates decide; a secure session inside of TLS would need two answers to the question whom to trust.
    private static ClientSecurity OverTls(ParseResult parsed, SessionKind session)
    {
        if (session == SessionKind.Secure)
        {
            throw new UsageException("--session secure is for tcp:// and unix://; TLS protects this one, leave it out");
        }

        Option[] others = [TrustOptions.KnownHosts, TrustOptions.FirstUse, TrustOptions.Identity];
        foreach (Option other in others)
        {
            if (TrustOptions.IsGiven(parsed, other))
            {
                throw new UsageException($"{other.Name} is for secure sessions; a tls:// server is trusted by "
                    + $"{CertificateOptions.Roots.Name} or {TrustOptions.Pins.Name}, leave it out");
            }
        }

        TlsClientOptions tls = CertificateOptions.ToOptions(parsed);
        if (tls.Check == CertificateCheck.None)
        {
            StandardError.Warn("any certificate is taken, a man in the middle's included");
        }

        return new ClientSecurity(session, null, null, tls);
    }

    // A bench opens many sessions with one server; one line says it.
    private void Tell(string notice)
    {
        if (Interlocked.Exchange(ref told, notice) != notice)
        {
            StandardError.WriteLine(notice);
        }
    }

    /// <exception cref="UsageException">One of the options is given.</exception>
    internal static void RequireNone(ParseResult parsed, string needed)
    {
        if ((TrustOptions.FirstGiven(parsed) ?? CertificateOptions.FirstGiven(parsed)) is { } option)
        {
            throw new UsageException($"{option.Name} needs {needed}");
        }
    }

    /// <summary>How connections to the endpoint are made.</summary>
    /// <exception cref="KeyFileException">A certificate file cannot be used.</exception>
    internal TransportOptions TransportFor(Endpoint endpoint) =>
        TransportOptions.Default with { Tls = TlsConnector.For(endpoint, Tls) };

    /// <summary>What links to the endpoint open their sessions with; null for plain ones.</summary>
    internal SecureClient? For(Endpoint endpoint) => SecureClient.For(endpoint, Session, Options);

    public void Dispose() => identity?.Dispose();

    private static ServerTrust TrustOf(ParseResult parsed, Endpoint endpoint)
    {
        IReadOnlyList<KeyFingerprint> pins = parsed.GetValue(TrustOptions.Pins) ?? [];
        if (pins.Count > 0)
        {
            RefuseBeside(
                parsed, TrustOptions.Pins, TrustOptions.KnownHosts, TrustOptions.FirstUse, TrustOptions.AnyKey);
            return ServerTrust.Pinned(pins);
        }

        if (parsed.GetValue(TrustOptions.AnyKey))
        {
            RefuseBeside(parsed, TrustOptions.AnyKey, TrustOptions.KnownHosts, TrustOptions.FirstUse);
            return ServerTrust.Anyone;
        }

        string? state = parsed.GetValue(SharedOptions.State);
        string? path = parsed.GetValue(TrustOptions.KnownHosts);
        KnownHosts hosts = path is null ? KnownHosts.In(state) : new KnownHosts(path);

        // A server on this machine that proves the user's own key can only be the user's.
        string? fault = null;
        KeyFingerprint[] own = endpoint.IsLoopback && IdentityFile.FindOwn(state, out fault) is { } key ? [key] : [];
        return parsed.GetValue(TrustOptions.FirstUse)
            ? ServerTrust.OnFirstUse(hosts, own)
            : ServerTrust.Known(hosts, own).WithAdvice(key => Advise(key, fault));
    }

    // A fault of the own key matters only here: it may be the very reason why a server is unknown.
    private static string Advise(KeyFingerprint key, string? fault) =>
        $"add --pin {key}, or --trust-first-use to record it; --insecure-any-key takes any key"
        + IdentityFile.Describe(fault);

    private static void RefuseBeside(ParseResult parsed, Option option, params ReadOnlySpan<Option> others)
    {
        foreach (Option other in others)
        {
            if (TrustOptions.IsGiven(parsed, other))
            {
                throw new UsageException($"both {option.Name} and {other.Name} are given; leave one out");
            }
        }
    }
}
