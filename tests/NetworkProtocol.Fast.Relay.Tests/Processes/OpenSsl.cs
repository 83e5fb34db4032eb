using System;
using System.Diagnostics;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Processes;

/// <summary>The openssl program as a peer: somebody else's TLS. Killed when disposed.</summary>
internal sealed class OpenSsl : IDisposable
{
    private readonly Process process;
    private readonly StringBuilder output = new();

    private OpenSsl(string[] arguments)
    {
        var start = new ProcessStartInfo("openssl", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        process = Process.Start(start)!;
        _ = CopyAsync(process.StandardOutput);
        _ = CopyAsync(process.StandardError);
    }

    /// <summary>All that it has written so far, one char for each byte.</summary>
    internal string Output
    {
        get
        {
            lock (output)
            {
                return output.ToString();
            }
        }
    }

    internal bool HasExited => process.HasExited;

    /// <summary>Connects to a port of this machine; what it sends is given to <see cref="WriteAsync"/>.</summary>
    internal static OpenSsl Client(int port, params string[] arguments) =>
        Start(["s_client", "-connect", $"127.0.0.1:{port}", "-nocommands", .. arguments]);

    /// <summary>Listens on any port of this machine.</summary>
    internal static OpenSsl Server(params string[] arguments) =>
        Start(["s_server", "-accept", "127.0.0.1:0", .. arguments]);

    /// <summary>The port that a server listens on.</summary>
    internal async Task<int> PortAsync()
    {
        const string Mark = "ACCEPT 127.0.0.1:";
        await UntilAsync(() => Output.Contains(Mark, StringComparison.Ordinal)
            && Output.IndexOf('\n', Output.IndexOf(Mark, StringComparison.Ordinal)) > 0);
        string rest = Output[(Output.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length)..];
        return int.Parse(rest[..rest.IndexOf('\n', StringComparison.Ordinal)].Trim(),
            System.Globalization.CultureInfo.InvariantCulture);
    }

    internal async Task WriteAsync(byte[] bytes)
    {
        await process.StandardInput.BaseStream.WriteAsync(bytes);
        await process.StandardInput.BaseStream.FlushAsync();
    }

    /// <summary>Waits until it has written this.</summary>
    internal async Task ReadAsync(string part) =>
        await UntilAsync(() => Output.Contains(part, StringComparison.Ordinal));

    internal async Task ExitAsync() => await UntilAsync(() => process.HasExited);

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        process.Dispose();
    }

    private static OpenSsl Start(string[] arguments)
    {
        try
        {
            return new OpenSsl(arguments);
        }
        catch (System.ComponentModel.Win32Exception) when (Environment.GetEnvironmentVariable("CI") is null)
        {
            Assert.Ignore("openssl is not installed here");
            throw;
        }
    }

    private async Task CopyAsync(StreamReader reader)
    {
        byte[] bytes = new byte[4096];
        while (await reader.BaseStream.ReadAsync(bytes) is > 0 and int read)
        {
            lock (output)
            {
                output.Append(Encoding.Latin1.GetString(bytes, 0, read));
            }
        }
    }

    private async Task UntilAsync(Func<bool> condition)
    {
        CancellationToken limit = TestContext.CurrentContext.CancellationToken;
        while (!condition())
        {
            Assert.That(limit.IsCancellationRequested, Is.False, Output);
            await Task.Delay(5, CancellationToken.None);
        }
    }
}
