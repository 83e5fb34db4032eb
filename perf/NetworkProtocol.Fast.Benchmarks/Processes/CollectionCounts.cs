using System;
using System.Globalization;
using System.Net.Http;
using System.Net.Sockets;
using System.Text.Json;
using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Benchmarks.Processes;

/// <summary>How often a process has collected garbage since it began, by generation, as it says itself.</summary>
internal static class CollectionCounts
{
    internal const int Generations = 3;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Asks npfast, at the Unix socket of its admin listener.</summary>
    /// <exception cref="MeasurementException">It does not answer, or without them.</exception>
    internal static async Task<double[]> OfMetricsAsync(string socketPath)
    {
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var client = new HttpClient(handler) { Timeout = Limit };
        try
        {
            return ReadMetrics(await client.GetStringAsync(new Uri("http://localhost/metrics")));
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or SocketException)
        {
            throw new MeasurementException($"no metrics from {socketPath}: {e.Message}");
        }
    }

    /// <summary>Asks npfast-load, whose standard input takes the question.</summary>
    /// <inheritdoc cref="OfMetricsAsync"/>
    internal static async Task<double[]> OfAnswerAsync(Child child)
    {
        child.Tell("collections");
        using JsonDocument document = JsonDocument.Parse(await child.LineWithAsync("\"collections\"", Limit));
        return ReadAnswer(document.RootElement);
    }

    internal static double[] ReadAnswer(JsonElement answer)
    {
        var counts = new double[Generations];
        for (int i = 0; i < Generations; i++)
        {
            counts[i] = answer.GetProperty($"gen{i}").GetDouble();
        }

        return counts;
    }

    internal static double[] ReadMetrics(string text)
    {
        var counts = new double[Generations];
        for (int i = 0; i < Generations; i++)
        {
            string name = $"npfast_gc_collections_total{{generation=\"gen{i}\"}} ";
            int at = text.IndexOf(name, StringComparison.Ordinal);
            if (at < 0)
            {
                throw new MeasurementException($"the metrics have no {name}");
            }

            ReadOnlySpan<char> rest = text.AsSpan(at + name.Length);
            int end = rest.IndexOf('\n');
            counts[i] = double.Parse(end < 0 ? rest : rest[..end], NumberStyles.Float, CultureInfo.InvariantCulture);
        }

        return counts;
    }
}
