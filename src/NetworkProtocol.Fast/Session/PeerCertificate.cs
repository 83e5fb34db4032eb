using System;
using System.Collections.Generic;

namespace NetworkProtocol.Fast.Session;

/// <summary>What a certificate (RFC 5280) says about its owner, once it has been checked.</summary>
/// <param name="Subject">The distinguished name as RFC 4514 writes it.</param>
/// <param name="Issuer">That of whoever signed it.</param>
/// <param name="AlternativeNames">Host names, URIs, mail addresses and IP addresses, in this order.</param>
/// <param name="NotAfterUtc">When it expires.</param>
public sealed record PeerCertificate(
    string Subject, string Issuer, IReadOnlyList<string> AlternativeNames, DateTime NotAfterUtc);
