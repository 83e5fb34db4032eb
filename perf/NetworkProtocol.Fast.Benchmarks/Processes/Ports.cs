using System;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Benchmarks.Processes;

/// <summary>Ports of loopback, for programs that cannot choose one and say which.</summary>
internal static class Ports
{
    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan OpenInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>A port that nobody had a moment ago.</summary>
    internal static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <exception cref="MeasurementException">The program does not take connections.</exception>
    internal static async Task OpenAsync(Child child, int port)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < OpenTimeout && !child.HasExited)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(OpenInterval);
            }
        }

        // Its last words come with the exception.
        await child.LineWithAsync("\0", TimeSpan.FromMilliseconds(100));
    }
}
