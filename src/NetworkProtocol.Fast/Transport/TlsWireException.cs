using System.IO;

namespace NetworkProtocol.Fast.Transport;

/// <summary>Carries the failure of a send through the TLS stream above it.</summary>
internal sealed class TlsWireException(TransportResult result) : IOException($"send failed: {result.Error}")
{
    internal TransportResult Failure => result;
}
