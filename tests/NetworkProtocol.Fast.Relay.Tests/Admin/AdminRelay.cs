using System;
using System.Collections.Generic;
using System.IO;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Tests.Admin;

/// <summary>A real relay with an admin listener, which has a token.</summary>
internal sealed partial class AdminRelay : IDisposable
{
    internal const string Token = "correct-horse-battery-staple-42";

    private readonly TemporaryFolder folder;

    private AdminRelay(TemporaryFolder folder, NpfastProcess process)
    {
        this.folder = folder;
        Process = process;
        Match address = Address().Match(process.Log);
        Endpoint = Endpoint.Parse(address.Groups["unix"].Success
            ? address.Groups["unix"].Value
            : "tcp://" + address.Groups["tcp"].Value);
        TokenFile = folder.File("token");
    }

    internal NpfastProcess Process { get; }

    internal Endpoint Endpoint { get; }

    internal string TokenFile { get; }

    /// <summary>Starts it on a free port, with plain sessions.</summary>
    internal static Task<AdminRelay> StartAsync(params string[] arguments) =>
        StartAtAsync(static _ => "tcp://127.0.0.1:0", arguments);

    internal static async Task<AdminRelay> StartAtAsync(
        Func<TemporaryFolder, string> address, params string[] arguments)
    {
        var folder = new TemporaryFolder();
        string file = folder.File("token");
        await File.WriteAllTextAsync(file, Token + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        NpfastProcess process = await NpfastProcess.StartRelayAsync(
        [
            "--listen", "tcp://127.0.0.1:0", "--session", "plain", "--admin", address(folder),
            "--admin-token-file", file, .. arguments,
        ]);
        return new AdminRelay(folder, process);
    }

    internal Task<RawResponse> GetAsync(string path, CancellationToken cancellation) =>
        RawHttp.AskAsync(Endpoint, "GET", path, cancellation);

    internal Task<RawResponse> PostAsync(string path, string body, CancellationToken cancellation) =>
        RawHttp.AskAsync(Endpoint, "POST", path, cancellation, Token, body);

    /// <summary>The metrics now.</summary>
    internal async Task<PrometheusReader> MetricsAsync(CancellationToken cancellation) =>
        PrometheusReader.Read((await GetAsync("/metrics", cancellation)).Body);

    /// <summary>Waits until a sample of the metrics has a value.</summary>
    internal Task ShowsAsync(string sample, double value, CancellationToken cancellation) => Eventually.HoldsAsync(
        () => MetricsAsync(cancellation).GetAwaiter().GetResult()[sample] == value, $"{sample} is {value}");

    /// <summary>Waits until it has reached its upstreams.</summary>
    internal Task ReadyAsync(CancellationToken cancellation) => Eventually.HoldsAsync(
        () => GetAsync("/readyz", cancellation).GetAwaiter().GetResult().Status == 200, "it is ready");

    /// <summary>Runs a command that asks it.</summary>
    internal Task<(int ExitCode, byte[] Output, string Errors)> RunAsync(params string[] arguments) =>
        NpfastProcess.RunWithVariablesAsync(
            new Dictionary<string, string?> { ["NPFAST_ADMIN"] = Endpoint.ToString(), ["NPFAST_ADMIN_TOKEN"] = null },
            arguments);

    public void Dispose()
    {
        Process.Dispose();
        folder.Dispose();
    }

    [GeneratedRegex(@"admin interface on (?:http://(?<tcp>[^/\s]+)/|(?<unix>unix://\S+))")]
    private static partial Regex Address();
}
