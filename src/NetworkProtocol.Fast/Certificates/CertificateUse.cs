namespace NetworkProtocol.Fast.Certificates;

/// <summary>What a certificate is made for (RFC 5280, 4.2.1.12).</summary>
internal enum CertificateUse
{
    /// <summary>A server's.</summary>
    Server = 0,

    /// <summary>A client's.</summary>
    Client,

    /// <summary>Both: a relay that is a client of its upstreams as well.</summary>
    Both,
}
