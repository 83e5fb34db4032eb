using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Relay.Tests.Admin;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Lifecycle;

/// <summary>The real relay on sockets that were opened for it.</summary>
[TestFixture]
[Category("Binary")]
[Platform(Include = "Linux")]
[SupportedOSPlatform("linux")]
[CancelAfter(120_000)]
internal sealed class SocketActivationTests
{
    private const UnixFileMode Given = (UnixFileMode)0x1f2; // 0762

    private static readonly string[] Relay = [NpfastProcess.BinaryPath, "relay"];

    private TemporaryFolder folder = null!;

    [SetUp]
    public void SetUp() => folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => folder.Dispose();

    [Test]
    public async Task Relay_ConnectedToBeforeItStarts_ServesEveryKindOfListener(CancellationToken cancellation)
    {
        string name = $"npfast-{Guid.NewGuid():N}";
        using ServiceManager manager = await ServiceManager.OpenAsync(
            $"tcp unix={folder.File("s")} abstract={name} tcp",
            [.. Relay, "--session", "plain", "--listen", "{uri0}", "--listen", "{uri1}", "--listen", "{uri2}",
                "--admin", "{uri3}"]);
        using Socket tcp = await SayAsync(manager.Sockets[0], cancellation);
        using Socket unix = await SayAsync(manager.Sockets[1], cancellation);
        using Socket inAbstract = await SayAsync(manager.Sockets[2], cancellation);
        using RawHttp http = await RawHttp.ConnectAsync(manager.Sockets[3], cancellation);
        await http.SendAsync("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", cancellation);

        await manager.StartAsync(listeners: 3);

        foreach (Socket early in new[] { tcp, unix, inAbstract })
        {
            await HearAsync(early, cancellation);
        }

        Assert.That((await http.ReadAsync(cancellation)).Status, Is.EqualTo(200));
        foreach ((Endpoint endpoint, int i) in manager.Sockets.Select(static (endpoint, i) => (endpoint, i)))
        {
            string kind = i switch { 1 => "unix", 2 => "abstract", _ => "tcp" };
            await manager.SaysAsync(
                $"{endpoint} is a socket of the service manager: descriptor {3 + i} ({kind})\n");
        }

        await manager.SignalAsync("TERM");
        Assert.That(await manager.EndAsync(), Does.StartWith("code 0"), manager.Log);
    }

    [TestCase("TERM", "code 0")]
    [TestCase("KILL", "signal 9")]
    public async Task Relay_Restarted_LeavesTheSocketsAsTheyWereAndRefusesNobody(
        string signal, string end, CancellationToken cancellation)
    {
        string path = folder.File("s");
        using ServiceManager manager = await ServiceManager.OpenAsync($"tcp unix={path}",
            [.. Relay, "--session", "plain", "--listen", "{uri0}", "--listen", "{uri1}", "--socket-mode", "0600"]);
        for (int i = 0; i < 2; i++)
        {
            await manager.StartAsync(listeners: 2);
            await ServesAsync(manager.Sockets[0]);
            await ServesAsync(manager.Sockets[1]);
            await manager.SignalAsync(signal);
            Assert.That(await manager.EndAsync(), Is.EqualTo($"{end}, listens 1, lingers 0"), manager.Log);
            Assert.That(File.GetUnixFileMode(path), Is.EqualTo(Given));
        }

        using Socket tcp = await SayAsync(manager.Sockets[0], cancellation);
        using Socket unix = await SayAsync(manager.Sockets[1], cancellation);
        await manager.StartAsync(listeners: 2);
        await HearAsync(tcp, cancellation);
        await HearAsync(unix, cancellation);
        Assert.That(manager.Log, Does.Contain($"the file of unix://{path} has the mode 0762 and lets more connect than "
            + "the 0600 of the configuration"));
    }

    [Test]
    public async Task Relay_WithDescriptors_KeepsThemFromProgramsAndNeverWaitsOnThem()
    {
        using ServiceManager manager = await ServiceManager.OpenAsync("tcp", [.. Relay, "--listen", "{uri0}"]);
        await manager.StartAsync(listeners: 1);
        const int NonBlockingAndCloseOnExec = 0x80800;
        Assert.That(await FlagsAsync(manager.Id) & NonBlockingAndCloseOnExec, Is.EqualTo(NonBlockingAndCloseOnExec));

        static async Task<long> FlagsAsync(int process)
        {
            const string Row = "flags:";
            string path = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/fdinfo/3");
            string row = (await File.ReadAllLinesAsync(path)).Single(
                static line => line.StartsWith(Row, StringComparison.Ordinal));
            return Convert.ToInt64(row[Row.Length..].Trim(), 8);
        }
    }

    [Test]
    public async Task Relay_WithSecureAndTlsListeners_SpeaksThemThere()
    {
        using var files = new TestCertificates();
        CertificateFiles own = files.Issue("server");
        using ServiceManager manager = await ServiceManager.OpenAsync("tcp tcp",
            [.. Relay, "--listen", "{uri0}", "--listen", "tls://127.0.0.1:{port1}", "--certificate", own.Certificate,
                "--key", own.Key!]);
        await manager.StartAsync(listeners: 2);

        await ServesAsync(manager.Sockets[0], "--session", "secure");
        string tls = string.Create(CultureInfo.InvariantCulture, $"tls://localhost:{manager.Sockets[1].Port}");
        await ServesAsync(Endpoint.Parse(tls), "--ca", files.Roots);
        await manager.SaysAsync($"tls://127.0.0.1:{manager.Sockets[1].Port} is a socket of the service manager");
    }

    [Test]
    public async Task Relay_WithMoreListeners_OpensThoseThatWereNotPassed()
    {
        string path = folder.File("own");
        using ServiceManager manager = await ServiceManager.OpenAsync("tcp",
            [.. Relay, "--session", "plain", "--listen", $"unix://{path}", "--listen", "{uri0}"]);
        await manager.StartAsync(listeners: 2);

        await ServesAsync(manager.Sockets[0]);
        await ServesAsync(Endpoint.Parse($"unix://{path}"));
        await manager.SignalAsync("TERM");
        Assert.That(await manager.EndAsync(), Does.StartWith("code 0"), manager.Log);
        Assert.That(File.Exists(path), Is.False, "what it made itself it removes");
    }

    [Test]
    public async Task Relay_Reloaded_KeepsItsSocketsAndSaysWhatNeedsARestart()
    {
        string file = folder.File("npfast.toml");
        using ServiceManager manager = await ServiceManager.OpenAsync("tcp tcp", [.. Relay, "--config", file]);
        string both = string.Join("\", \"", manager.Sockets);
        await File.WriteAllTextAsync(file, $"[server]\naddress = [\"{both}\"]\nsession = \"plain\"\n");
        await manager.StartAsync(listeners: 2);

        await manager.SignalAsync("HUP");
        await manager.SaysAsync("configuration read again: 0 changes in force, 0 need a restart");
        await File.WriteAllTextAsync(
            file, $"[server]\naddress = [\"{manager.Sockets[0]}\"]\nsession = \"plain\"\n");
        await manager.SignalAsync("HUP");
        await manager.SaysAsync("configuration read again: 0 changes in force, 1 need a restart");
        await ServesAsync(manager.Sockets[0]);
        await ServesAsync(manager.Sockets[1]);
        await manager.SignalAsync("TERM");
        Assert.That(await manager.EndAsync(), Is.EqualTo("code 0, listens 1, lingers 0"), manager.Log);

        // After the restart the second one has no listener any more.
        (string end, string said) = await manager.RunAsync();
        Assert.That(end, Does.StartWith("code 2"));
        Assert.That(said, Does.StartWith(
            $"npfast: descriptor 4 (tcp) from the service manager listens on {manager.Sockets[1]}, "));
    }

    [TestCase("LISTEN_PID=1")]
    [TestCase("LISTEN_FDS=0")]
    public async Task Relay_PassedNothing_OpensItsOwn(string variable)
    {
        using ServiceManager manager = await ServiceManager.OpenAsync(
            "tcp", ["env", variable, .. Relay, "--session", "plain", "--listen", $"unix://{folder.File("s")}"]);
        await manager.StartAsync(listeners: 1);
        await ServesAsync(Endpoint.Parse($"unix://{folder.File("s")}"));
        Assert.That(manager.Log, Does.Not.Contain("service manager"));
    }

    [Test]
    public async Task Relay_UnderSystemdSocketActivate_ServesTheConnectionThatStartedIt()
    {
        const string Activator = "/usr/bin/systemd-socket-activate";
        if (!File.Exists(Activator))
        {
            Assert.Ignore("systemd-socket-activate is not installed here");
        }

        string uri = "unix://" + folder.File("s");
        string pid = folder.File("pid");
        Task<(int ExitCode, byte[] Output, string Errors)> activating = NpfastProcess.RunProgramAsync(
            Activator, [], "--listen", folder.File("s"), "--fdname", "front", NpfastProcess.BinaryPath, "relay",
            "--listen", uri, "--pid-file", pid);
        await Eventually.HoldsAsync(() => File.Exists(folder.File("s")));
        await ServesAsync(Endpoint.Parse(uri));
        (_, byte[] id, _) = await NpfastProcess.RunProgramAsync("cat", [], pid);
        await NpfastProcess.RunProgramAsync("kill", [], Encoding.ASCII.GetString(id).Trim());

        (int exitCode, _, string errors) = await activating;
        Assert.That(exitCode, Is.Zero, errors);
        Assert.That(errors, Does.Contain($"{uri} is a socket of the service manager: descriptor 3 (front)"));
    }

    private static async Task ServesAsync(Endpoint endpoint, params string[] arguments)
    {
        string[] session = arguments.Length == 0 ? ["--session", "plain"] : arguments;
        (int exitCode, byte[] output, string errors) =
            await NpfastProcess.RunAsync(["send", endpoint.ToString(), "ECHO", "served", .. session]);
        Assert.That(exitCode, Is.Zero, errors);
        Assert.That(Encoding.UTF8.GetString(output), Is.EqualTo("served"));
    }

    // Connects and sends a whole request before anybody accepts.
    private static async Task<Socket> SayAsync(Endpoint endpoint, CancellationToken cancellation)
    {
        bool isUnix = endpoint.Scheme == EndpointScheme.Unix;
        var socket = isUnix
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        string path = endpoint.IsAbstract ? "\0" + endpoint.Path[1..] : endpoint.Path;
        await socket.ConnectAsync(isUnix
            ? new UnixDomainSocketEndPoint(path)
            : new IPEndPoint(IPAddress.Loopback, endpoint.Port), cancellation);
        await socket.SendAsync(
            (byte[])[.. RawPacket.Opening(), .. RawPacket.Echo(1, "early bird"u8)], cancellation);
        return socket;
    }

    private static async Task HearAsync(Socket socket, CancellationToken cancellation)
    {
        var heard = new List<byte>();
        byte[] buffer = new byte[4096];
        while (!Encoding.Latin1.GetString([.. heard]).Contains("early bird", StringComparison.Ordinal))
        {
            int read = await socket.ReceiveAsync(buffer, cancellation);
            Assert.That(read, Is.Positive, "it answers before it closes");
            heard.AddRange(buffer.AsSpan(0, read));
        }
    }
}
