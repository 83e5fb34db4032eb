using System;
using System.Collections.Generic;

namespace NetworkProtocol.Fast.Certificates;

/// <summary>What a certificate that is to be made says.</summary>
internal sealed record CertificateDraft
{
    /// <summary>Host names, IP addresses, URIs or mail addresses; the first is the common name as well.</summary>
    internal required IReadOnlyList<string> Names { get; init; }

    internal CertificateUse Use { get; init; }

    internal required DateTimeOffset NotBefore { get; init; }

    internal required DateTimeOffset NotAfter { get; init; }
}
