using System;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace NetworkProtocol.Fast.Transport;

/// <summary>
/// Where to listen or to connect, parsed once from <c>tcp://host:port</c>, <c>tcp://[::1]:9000</c>,
/// <c>tls://host:port</c>, <c>unix:///path</c>, on Linux <c>unix://@name</c>, or <c>pipe://name</c>. Immutable, equal
/// by value; host names are compared in lower case, addresses in their canonical form, paths and names as they are
/// written.
/// </summary>
public sealed record Endpoint
{
    private Endpoint(EndpointScheme scheme, string host, int port, string path)
    {
        Scheme = scheme;
        Host = host;
        Port = port;
        Path = path;
    }

    /// <summary>What carries the bytes.</summary>
    public EndpointScheme Scheme { get; }

    /// <summary>Host name or address without brackets; empty for a Unix socket.</summary>
    public string Host { get; }

    /// <summary>Port, 0 to 65535; 0 lets a listener take any free one. Always 0 for a Unix socket.</summary>
    public int Port { get; }

    /// <summary>Absolute path of a Unix socket, or its abstract name behind an at sign; name of a pipe; empty for
    /// TCP and TLS.</summary>
    public string Path { get; }

    /// <summary>Whether this is a Unix socket without a file: a name of Linux' network namespace (unix(7)).</summary>
    public bool IsAbstract => Path.StartsWith('@');

    /// <summary>Whether it has a host and a port.</summary>
    internal bool IsOverTcp => Scheme is EndpointScheme.Tcp or EndpointScheme.Tls;

    /// <summary>True where bytes stay on this machine: 127.0.0.0/8, ::1, <c>localhost</c>, a Unix socket, a
    /// pipe.</summary>
    public bool IsLoopback => !IsOverTcp
        || Host == "localhost"
        || (TryGetAddress(out IPAddress? address) && IPAddress.IsLoopback(address));

    /// <summary>Parses a URI.</summary>
    /// <exception cref="FormatException">The URI is malformed; the message says how, and what to do.</exception>
    public static Endpoint Parse(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return TryParse(uri, out Endpoint? endpoint, out string? error) ? endpoint : throw new FormatException(error);
    }

    /// <summary>Parses a URI; on failure <paramref name="error"/> says what is wrong, where, and what to do.</summary>
    public static bool TryParse(
        string uri, [NotNullWhen(true)] out Endpoint? endpoint, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(uri);
        endpoint = EndpointParser.Parse(uri, out error);
        return endpoint is not null;
    }

    /// <summary>The canonical URI.</summary>
    public override string ToString() => Scheme switch
    {
        EndpointScheme.Unix => "unix://" + Path,
        EndpointScheme.Pipe => "pipe://" + Path,
        EndpointScheme.InMemory => "memory://" + Host,
        EndpointScheme.Tls => "tls://" + Authority,
        _ => "tcp://" + Authority,
    };

    private string Authority =>
        string.Create(CultureInfo.InvariantCulture, $"{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}");

    internal static Endpoint Tcp(string host, int port) => OverTcp(EndpointScheme.Tcp, host, port);

    internal static Endpoint OverTcp(EndpointScheme scheme, string host, int port) => new(scheme, host, port, "");

    internal static Endpoint Unix(string path) => new(EndpointScheme.Unix, "", 0, path);

    internal static Endpoint Pipe(string name) => new(EndpointScheme.Pipe, "", 0, name);

    internal static Endpoint InMemory(string name) => new(EndpointScheme.InMemory, name, 0, "");

    /// <summary>The endpoint of a socket's address. IPv4 peers of a dual-mode socket are shown as IPv4.</summary>
    internal static Endpoint FromAddress(IPEndPoint address) => Tcp(
        (address.Address.IsIPv4MappedToIPv6 ? address.Address.MapToIPv4() : address.Address).ToString(),
        address.Port);

    /// <summary>Where the socket is bound or connected; abstract names begin with a zero there.</summary>
    internal UnixAddress ToUnixAddress() => new(IsAbstract ? '\0' + Path[1..] : Path);

    internal Endpoint WithPort(int port) => OverTcp(Scheme, Host, port);

    /// <summary>What carries TLS, as the endpoint that speaks it.</summary>
    internal Endpoint WithTls() =>
        Scheme == EndpointScheme.Tcp ? OverTcp(EndpointScheme.Tls, Host, Port) : this;

    internal bool TryGetAddress([NotNullWhen(true)] out IPAddress? address) => IPAddress.TryParse(Host, out address);
}
