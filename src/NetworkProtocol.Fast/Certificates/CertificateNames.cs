using System;
using System.Collections.Generic;
using System.Formats.Asn1;
using System.Linq;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Certificates;

/// <summary>What a certificate says about its owner.</summary>
internal static class CertificateNames
{
    private const string AlternativeNamesOid = "2.5.29.17";

    // GeneralName's choices (RFC 5280, 4.2.1.6).
    private const int Rfc822Name = 1;
    private const int DnsName = 2;
    private const int Uri = 6;
    private const int IpAddress = 7;

    /// <summary>The fingerprint of its key.</summary>
    internal static KeyFingerprint FingerprintOf(X509Certificate2 certificate) =>
        KeyFingerprint.FromSubjectPublicKeyInfo(certificate.PublicKey.ExportSubjectPublicKeyInfo());

    internal static PeerIdentity IdentityOf(X509Certificate2 certificate, bool isAuthorized)
    {
        IReadOnlyList<string> names = AlternativeNamesOf(certificate);
        KeyFingerprint key = FingerprintOf(certificate);
        string? common = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        string name = names.Count > 0 ? names[0] : string.IsNullOrEmpty(common) ? key.ToString() : Shown(common);
        return new PeerIdentity(key, name)
        {
            IsAuthorized = isAuthorized,
            Certificate = new PeerCertificate(
                Shown(certificate.Subject), Shown(certificate.Issuer), names, certificate.NotAfter.ToUniversalTime()),
        };
    }

    /// <summary>Host names, URIs, mail addresses and IP addresses, in this order; what cannot be read is left out, as
    /// the chain's check has its own opinion of it, and so are names with control characters.</summary>
    internal static IReadOnlyList<string> AlternativeNamesOf(X509Certificate2 certificate)
    {
        X509Extension? extension = certificate.Extensions.FirstOrDefault(
            static e => e.Oid?.Value == AlternativeNamesOid);
        if (extension is null)
        {
            return [];
        }

        var found = new List<(int Order, string Name)>();
        try
        {
            AsnReader names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                Asn1Tag tag = names.PeekTag();
                switch (tag.TagValue)
                {
                    case DnsName:
                        found.Add((0, names.ReadCharacterString(UniversalTagNumber.IA5String, tag)));
                        break;
                    case Uri:
                        found.Add((1, names.ReadCharacterString(UniversalTagNumber.IA5String, tag)));
                        break;
                    case Rfc822Name:
                        found.Add((2, names.ReadCharacterString(UniversalTagNumber.IA5String, tag)));
                        break;
                    case IpAddress when names.ReadOctetString(tag) is { Length: 4 or 16 } address:
                        found.Add((3, new IPAddress(address).ToString()));
                        break;
                    default:
                        if (tag.TagValue != IpAddress)
                        {
                            names.ReadEncodedValue();
                        }

                        break;
                }
            }
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException)
        {
            return [];
        }

        return [.. found.Where(static f => !f.Name.Any(char.IsControl)).OrderBy(static f => f.Order)
            .Select(static f => f.Name)];
    }

    /// <summary>A distinguished name fit for a log or a terminal: whoever makes a certificate may put any character
    /// into it.</summary>
    internal static string Shown(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(static c => char.IsControl(c) ? '?' : c)) : text;
}
