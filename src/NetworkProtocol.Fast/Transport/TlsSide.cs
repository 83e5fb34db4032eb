using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Transport;

/// <summary>What one handshake of TLS goes by: the certificates and the trust of a server or a client as they were when
/// it began.</summary>
internal abstract class TlsSide
{
    internal abstract bool IsServer { get; }

    /// <summary>Where the arithmetic of the handshake runs.</summary>
    internal abstract HandshakeWorkers Workers { get; }

    internal abstract Task AuthenticateAsync(TlsStream stream);

    /// <summary>Decides about the peer's certificate; null when it presented none.</summary>
    internal abstract CertificateVerdict Verify(
        X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors);

    /// <summary>The handshake is over, however it ended. Once.</summary>
    internal abstract void Ended();
}
