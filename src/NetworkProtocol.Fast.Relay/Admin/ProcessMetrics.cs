using System;
using System.IO;
using NetworkProtocol.Fast.Diagnostics;

namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>The process in numbers, under the names that Prometheus' own clients use.</summary>
internal sealed class ProcessMetrics(string appName, string version, DateTimeOffset started) : IMetricSource
{
    private const string Descriptors = "/proc/self/fd";

    public void Collect(MetricSnapshot snapshot)
    {
        snapshot.Add(Metrics.BuildInfo, 1, appName, version);
        snapshot.Add(Metrics.ProcessStart, started.ToUnixTimeMilliseconds() / 1000.0);
        snapshot.Add(Metrics.ProcessCpu, Environment.CpuUsage.TotalTime.TotalSeconds);
        if (snapshot.Wants(Metrics.ProcessResident))
        {
            snapshot.Add(Metrics.ProcessResident, Environment.WorkingSet);
        }

        // A name for each descriptor is read and made.
        if (snapshot.Wants(Metrics.ProcessDescriptors) && CountDescriptors() is { } descriptors)
        {
            snapshot.Add(Metrics.ProcessDescriptors, descriptors);
        }
    }

    // Null where the system has no such folder, and where there is no descriptor left to read it with.
    private static int? CountDescriptors()
    {
        try
        {
            // One of them is the folder itself, while it is read.
            return Directory.GetFileSystemEntries(Descriptors).Length - 1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
