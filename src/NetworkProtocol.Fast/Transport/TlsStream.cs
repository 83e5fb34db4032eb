using System.IO;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace NetworkProtocol.Fast.Transport;

/// <summary>The TLS stream of one connection. Callbacks of options that many connections share find their connection by
/// it.</summary>
internal sealed class TlsStream(Stream wire) : SslStream(wire, leaveInnerStreamOpen: true)
{
    /// <summary>Decides about the peer's certificate and remembers why; set before the handshake.</summary>
    internal required TlsConnection Owner { get; init; }

    /// <summary>The callback of shared options.</summary>
    internal static bool Verify(
        object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        ((TlsStream)sender).Owner.Verify((X509Certificate2?)certificate, chain, errors);
}
