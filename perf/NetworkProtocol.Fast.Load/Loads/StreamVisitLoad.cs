using System.Diagnostics;
using System.IO;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Cli.Bench;

namespace NetworkProtocol.Fast.Loading.Loads;

/// <summary>Byte streams, bare or TLS, that are opened and closed again, with a message between if asked for.</summary>
/// <param name="kind">Raw or Tls.</param>
/// <param name="target">Who echoes.</param>
/// <param name="wireBytes">Bytes of the one message; 0 sends none.</param>
/// <param name="shape">How many at a time.</param>
internal sealed class StreamVisitLoad(LoadKind kind, IPEndPoint target, int wireBytes, LoadShape shape)
    : VisitLoad(shape)
{
    private readonly byte[] request = new byte[wireBytes];

    protected override async Task VisitAsync(LoadMeter meter)
    {
        long start = Stopwatch.GetTimestamp();
        Stream stream = kind == LoadKind.Tls
            ? await TlsClient.ConnectTlsAsync(target, CancellationToken.None).ConfigureAwait(false)
            : await TlsClient.ConnectAsync(target, CancellationToken.None).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            if (request.Length > 0)
            {
                byte[] reply = new byte[request.Length];
                await stream.WriteAsync(request).ConfigureAwait(false);
                await stream.ReadExactlyAsync(reply).ConfigureAwait(false);
            }

            meter.Record(start, Stopwatch.GetTimestamp());
        }
    }
}
