using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading;
using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Loading.Loads;

/// <summary>Opens byte streams: bare ones, or TLS 1.3 without resumption and with any certificate.</summary>
internal static class TlsClient
{
    internal static async Task<NetworkStream> ConnectAsync(IPEndPoint target, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(target, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    internal static async Task<SslStream> ConnectTlsAsync(IPEndPoint target, CancellationToken cancellationToken)
    {
        NetworkStream bytes = await ConnectAsync(target, cancellationToken).ConfigureAwait(false);
        var tls = new SslStream(bytes, leaveInnerStreamOpen: false);
        try
        {
            var options = new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                EnabledSslProtocols = SslProtocols.Tls13,
                AllowTlsResume = false,

                // The harness has made the server's certificate a moment ago, and nobody signed it but itself.
                RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null,
            };
            await tls.AuthenticateAsClientAsync(options, cancellationToken).ConfigureAwait(false);
            return tls;
        }
        catch
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
