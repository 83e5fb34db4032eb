using System.Globalization;
using System.IO;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Benchmarks.Processes;
using NetworkProtocol.Fast.Benchmarks.Scenarios;

namespace NetworkProtocol.Fast.Benchmarks.Peers;

/// <summary>
/// Starts other programs, each with a configuration of this run, in the foreground, on loopback alone, with one worker.
/// One that is not installed is named as missing, once.
/// </summary>
internal sealed class PeerSet(Harness harness, Bed bed, string certificate)
{
    private const string NginxStream = "/usr/lib/nginx/modules/ngx_stream_module.so";

    /// <summary>Ports of one haproxy.</summary>
    /// <param name="Child">The process.</param>
    /// <param name="Tcp">Mode tcp before the packet upstream.</param>
    /// <param name="Tls">Ends TLS before the byte upstream.</param>
    /// <param name="TlsAlone">Ends TLS and connects to nobody before bytes have come.</param>
    /// <param name="TcpAlone">The same without TLS.</param>
    internal sealed record Haproxy(Child Child, int Tcp, int Tls, int TlsAlone, int TcpAlone);

    /// <param name="packets">Port of the packet upstream.</param>
    /// <param name="bytes">Port of the byte upstream.</param>
    /// <param name="largeBuffers">Buffers of 64 KiB, which others here have, instead of its default of 16.</param>
    internal async Task<Haproxy?> HaproxyAsync(int packets, int bytes, bool largeBuffers = false)
    {
        if (Find("haproxy") is not { } file)
        {
            return null;
        }

        (int tcp, int tls, int tlsAlone, int tcpAlone) = (Ports.Free(), Ports.Free(), Ports.Free(), Ports.Free());
        string secure = $"ssl crt {certificate} ssl-min-ver TLSv1.3 no-tls-tickets";
        const string Wait = "  tcp-request inspect-delay 1h\n  tcp-request content accept if { req.len gt 0 }\n";
        string path = Write(largeBuffers ? "haproxy-64k.cfg" : "haproxy.cfg",
            "global\n  no strict-limits\n  nbthread 1\n  maxconn 12000\n  tune.ssl.cachesize 0\n"
            + (largeBuffers ? "  tune.bufsize 65536\n" : "")
            + "defaults\n  mode tcp\n  maxconn 12000\n  timeout connect 10s\n  timeout client 1h\n  timeout server 1h\n"
            + Listen("tcp", tcp, "", "", packets) + Listen("tls", tls, secure, "", bytes)
            + Listen("tls-alone", tlsAlone, secure, Wait, bytes) + Listen("tcp-alone", tcpAlone, "", Wait, bytes));
        Child child = await StartAsync("haproxy", tcp, file, "-db", "-f", path);
        return new Haproxy(child, tcp, tls, tlsAlone, tcpAlone);
    }

    /// <returns>Process and port of a byte relay; null when it is not installed.</returns>
    internal async Task<(Child Child, int Port)?> NginxAsync(int upstream)
    {
        if (Find("nginx") is not { } file)
        {
            return null;
        }

        int port = Ports.Free();
        string module = File.Exists(NginxStream) ? $"load_module {NginxStream};\n" : "";
        string path = Write("nginx.conf",
            $"{module}daemon off;\nmaster_process off;\nworker_processes 1;\npid {harness.Folder}/nginx.pid;\n"
            + "error_log stderr;\nevents { worker_connections 12000; }\n"
            + $"stream {{ server {{ listen 127.0.0.1:{port}; tcp_nodelay on; proxy_buffer_size 64k; "
            + $"proxy_timeout 1h; proxy_pass 127.0.0.1:{upstream}; }} }}\n");
        return (await StartAsync("nginx", port, file, "-e", "stderr", "-p", harness.Folder, "-c", path), port);
    }

    /// <inheritdoc cref="NginxAsync"/>
    internal async Task<(Child Child, int Port)?> SocatAsync(int upstream)
    {
        if (Find("socat") is not { } file)
        {
            return null;
        }

        int port = Ports.Free();
        string listen = $"TCP4-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork,nodelay,backlog=512";
        return (await StartAsync(
            "socat", port, file, "-b", "65536", listen, $"TCP4:127.0.0.1:{upstream},nodelay"), port);
    }

    /// <summary>Ends TLS.</summary>
    /// <inheritdoc cref="NginxAsync"/>
    internal async Task<(Child Child, int Port)?> StunnelAsync(int upstream)
    {
        if (Find("stunnel") is not { } file)
        {
            return null;
        }

        int port = Ports.Free();
        string path = Write("stunnel.conf",
            "foreground = yes\npid =\ndebug = err\nsyslog = no\nsocket = l:TCP_NODELAY=1\nsocket = r:TCP_NODELAY=1\n"
            + $"[tls]\naccept = 127.0.0.1:{port}\nconnect = 127.0.0.1:{upstream}\ncert = {certificate}\n"
            + $"key = {certificate}\nsslVersionMin = TLSv1.3\n");
        return (await StartAsync("stunnel", port, file, path), port);
    }

    /// <summary>Keeps everything in memory, and saves nothing.</summary>
    /// <inheritdoc cref="NginxAsync"/>
    internal async Task<(Child Child, int Port)?> RedisAsync()
    {
        if (Find("redis-server") is not { } file)
        {
            return null;
        }

        int port = Ports.Free();
        string number = port.ToString(CultureInfo.InvariantCulture);
        return (await StartAsync("redis-server", port, file, "--bind", "127.0.0.1", "--port", number,
            "--save", "", "--appendonly", "no", "--daemonize", "no", "--dir", harness.Folder), port);
    }

    /// <returns>Null when it is not installed, which is noted as missing.</returns>
    internal string? Find(string name)
    {
        string? file = Executable.Find(name);
        string note = $"{name}: not installed";
        if (file is null && !harness.Measurements.Missing.Contains(note))
        {
            harness.Measurements.Missing.Add(note);
        }

        return file;
    }

    private async Task<Child> StartAsync(string name, int port, string file, params string[] arguments)
    {
        Child child = bed.Keep(Child.Start(name, bed.Placement.CommandOf(Part.Relay, file, arguments)));
        await Ports.OpenAsync(child, port);
        return child;
    }

    private static string Listen(string name, int port, string secure, string rules, int upstream) =>
        $"listen {name}\n  bind 127.0.0.1:{port} {secure}\n{rules}  server upstream 127.0.0.1:{upstream}\n";

    private string Write(string name, string text)
    {
        string path = Path.Combine(harness.Folder, $"{bed.Placement.Name.Replace(' ', '-')}-{name}");
        File.WriteAllText(path, text);
        return path;
    }
}
