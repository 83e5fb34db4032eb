using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Docs;

/// <summary>The library's quick starts in README.md compile, run, and talk to each other.</summary>
[TestFixture]
[CancelAfter(120_000)]
internal sealed class QuickStartTests
{
    private const string Address = "tcp://127.0.0.1:9100";
    private const string ListeningMark = "listening on ";

    [Test]
    public async Task QuickStarts_ServerAndClient_PrintWhatTheReadmeSays(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        string home = System.IO.Path.GetDirectoryName(folder.File("x"))!;

        // Port 0 lets the system choose; the client gets what the server was given.
        string server = Example.Compile(home, "QuickStartServer",
            Readme.Block("csharp", "new PacketServer").Replace(Address, "tcp://127.0.0.1:0", StringComparison.Ordinal));
        using Process serving = Example.Start(server);
        try
        {
            string listening = await serving.StandardOutput.ReadLineAsync(cancellation)
                ?? await serving.StandardError.ReadToEndAsync(cancellation);
            Assert.That(listening, Does.StartWith(ListeningMark));
            string[] parts = listening[ListeningMark.Length..].Split(", ");
            string address = parts[0];
            string key = parts[1]["key ".Length..];

            string client = Example.Compile(home, "QuickStartClient",
                Readme.Block("csharp", "PacketClient.ConnectAsync")
                .Replace(Address, address, StringComparison.Ordinal));
            using Process asking = Example.Start(client, key);
            string printed = await asking.StandardOutput.ReadToEndAsync(cancellation);
            await asking.WaitForExitAsync(cancellation);
            Assert.That(asking.ExitCode, Is.Zero, await asking.StandardError.ReadToEndAsync(cancellation));
            Assert.That(printed, Is.EqualTo(Readme.Block("text", "hello, world")));

            await serving.StandardInput.WriteLineAsync();
            await serving.WaitForExitAsync(cancellation);
            Assert.That(serving.ExitCode, Is.Zero);
        }
        finally
        {
            serving.Kill();
        }
    }
}
