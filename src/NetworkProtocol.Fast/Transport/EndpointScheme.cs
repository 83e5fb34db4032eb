namespace NetworkProtocol.Fast.Transport;

/// <summary>What carries the bytes of an <see cref="Endpoint"/>.</summary>
public enum EndpointScheme
{
    /// <summary><c>tcp://host:port</c>.</summary>
    Tcp,

    /// <summary><c>tls://host:port</c>, TLS over TCP.</summary>
    Tls,

    /// <summary><c>unix:///path</c>, a stream socket in the file system, or <c>unix://@name</c> outside it.</summary>
    Unix,

    /// <summary><c>pipe://name</c>, a named pipe of this machine and user.</summary>
    Pipe,

    /// <summary>A pair inside this process; cannot be written as a URI that parses.</summary>
    InMemory,
}
