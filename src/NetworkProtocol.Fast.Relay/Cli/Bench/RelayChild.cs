using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>
/// A relay in a process of its own, to tell its memory from the generator's. Killed on dispose, and when
/// this process ends without: a second signal does not wait for disposal.
/// </summary>
internal sealed class RelayChild : IDisposable
{
    private const string ListeningMark = "listening on ";

    private readonly Process process;

    private RelayChild(Process process)
    {
        this.process = process;
        AppDomain.CurrentDomain.ProcessExit += KillOnExit;
    }

    internal Endpoint Endpoint { get; private set; } = null!;

    /// <summary>Resident memory in bytes, as the kernel counts it.</summary>
    internal long ResidentBytes
    {
        get
        {
            foreach (string line in File.ReadLines($"/proc/{process.Id}/status"))
            {
                if (line.StartsWith("VmRSS:", StringComparison.Ordinal))
                {
                    ReadOnlySpan<char> kibibytes = line.AsSpan("VmRSS:".Length).Trim().TrimEnd("kB").TrimEnd();
                    return long.Parse(kibibytes, NumberStyles.None, CultureInfo.InvariantCulture) << 10;
                }
            }

            throw new CommandFailedException("the kernel does not say how much memory the relay has; linux is needed");
        }
    }

    internal static async Task<RelayChild> StartAsync(
        int connectionsMax, Duration heartbeat, CancellationToken cancellationToken)
    {
        var child = new RelayChild(Process.Start(StartInfo(connectionsMax, heartbeat))
            ?? throw new CommandFailedException("the relay process could not be started"));
        try
        {
            child.Endpoint = await ReadEndpointAsync(child.process, cancellationToken).ConfigureAwait(false);
            return child;
        }
        catch
        {
            child.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        AppDomain.CurrentDomain.ProcessExit -= KillOnExit;
        process.Dispose();
    }

    private static async Task<Endpoint> ReadEndpointAsync(Process process, CancellationToken cancellationToken)
    {
        StreamReader log = process.StandardError;
        while (await log.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            int mark = line.IndexOf(ListeningMark, StringComparison.Ordinal);
            if (mark >= 0)
            {
                // Nobody reads on, so the pipe is closed: a relay that logs more must not wait for a reader.
                log.Close();
                return Endpoint.Parse(line[(mark + ListeningMark.Length)..].Trim());
            }
        }

        throw new CommandFailedException("the relay process ended before it listened; run npfast relay to see why");
    }

    private static ProcessStartInfo StartInfo(int connectionsMax, Duration heartbeat)
    {
        string executable = Environment.ProcessPath!;
        var start = new ProcessStartInfo(executable) { RedirectStandardError = true, UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(executable) == "dotnet")
        {
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        }

        string[] arguments =
        [
            "relay", "--listen", "tcp://127.0.0.1:0", "--session", "plain", "--heartbeat", heartbeat.ToString(),
            "--max-connections", connectionsMax.ToString(CultureInfo.InvariantCulture),
        ];
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }

    private void KillOnExit(object? sender, EventArgs e)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // Disposed meanwhile on another thread, which killed it before.
        }
    }
}
