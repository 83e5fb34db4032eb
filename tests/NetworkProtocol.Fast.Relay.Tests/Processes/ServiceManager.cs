using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Processes;

/// <summary>
/// Opens sockets, keeps them, and starts npfast with them as often as it is told to, as systemd does with a socket
/// unit: descriptors from 3 on, LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES. A script for perl, which has the system calls.
/// </summary>
internal sealed partial class ServiceManager : IDisposable
{
    // Sockets up to "--", then the command: {uri0} and {port0} stand for those of the first socket there. Each line of
    // input starts it once.
    private const string Script = """
        use strict; use Socket; use Fcntl; use POSIX ();
        $| = 1; $^F = 1023;
        my (@open, @uris, @names);
        while (defined(my $one = shift @ARGV)) {
            last if $one eq '--';
            my ($kind, $where) = split /=/, $one, 2;
            my ($s, $uri) = (undef, $one);
            if ($kind eq 'again') {
                ($s, $uri) = ($open[-1], $uris[-1]);
            } elsif ($kind eq 'file') {
                open($s, '<', '/dev/null') or die $!;
            } elsif ($kind eq 'unix' || $kind eq 'abstract') {
                socket($s, PF_UNIX, SOCK_STREAM, 0) or die $!;
                bind($s, pack_sockaddr_un($kind eq 'unix' ? $where : "\0$where")) or die $!;
                chmod(0762, $where) if $kind eq 'unix';
                listen($s, 64) or die $!;
                $uri = 'unix://' . ($kind eq 'unix' ? $where : "\@$where");
            } elsif ($kind ne 'nothing') {
                socket($s, PF_INET, $kind eq 'udp' ? SOCK_DGRAM : SOCK_STREAM, 0) or die $!;
                bind($s, pack_sockaddr_in(0, INADDR_LOOPBACK)) or die $!;
                listen($s, 64) or die $! if $kind eq 'tcp';
                $uri = 'tcp://127.0.0.1:' . (unpack_sockaddr_in(getsockname($s)))[0];
            }
            push @open, $s; push @uris, $uri; push @names, $kind;
            print "socket $uri\n";
        }
        my @high = map { defined $_ ? fcntl($_, F_DUPFD, 200) + 0 : undef } @open;
        for my $i (0 .. $#open) {
            POSIX::close(3 + $i);
            POSIX::dup2($high[$i], 3 + $i) if defined $high[$i];
        }
        POSIX::close($_) for 3 + @open .. 300;
        for (@ARGV) { s/\{uri(\d)\}/$uris[$1]/g; s/\{port(\d)\}/$uris[$1] =~ m{:(\d+)$}; $1/ge; }
        print "open\n";
        while (<STDIN>) {
            my $pid = fork;
            if (!$pid) {
                @ENV{'LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES'} = ($$, scalar @open, join ':', @names);
                exec { $ARGV[0] } @ARGV or POSIX::_exit(127);
            }
            print "started $pid\n";
            waitpid $pid, 0;
            my $end = $? & 127 ? 'signal ' . ($? & 127) : 'code ' . ($? >> 8);
            my ($listens, $lingers) = ('-', '-');
            if ($uris[0] =~ m{://} && open(my $first, '+<&', 3)) {
                $listens = unpack 'i', getsockopt($first, SOL_SOCKET, SO_ACCEPTCONN);
                $lingers = unpack 'i', getsockopt($first, SOL_SOCKET, SO_LINGER);
                close $first;
            }
            print "ended with $end, listens $listens, lingers $lingers\n";
        }
        """;

    private readonly Process process;
    private readonly StringBuilder log = new();
    private int starts;

    private ServiceManager(string[] arguments)
    {
        process = new Process
        {
            StartInfo = new ProcessStartInfo("perl", ["-e", Script, "--", .. arguments])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        process.OutputDataReceived += (_, e) => Note(e.Data);
        process.ErrorDataReceived += (_, e) => Note(e.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Everything that it, and what it started, have written so far.</summary>
    internal string Log
    {
        get
        {
            lock (log)
            {
                return log.ToString();
            }
        }
    }

    /// <summary>Where its sockets listen.</summary>
    internal IReadOnlyList<Endpoint> Sockets =>
        [.. OpenSocket().Matches(Log).Select(static m => Endpoint.Parse(m.Groups["uri"].Value))];

    /// <summary>The process that runs, or ran last.</summary>
    internal int Id => int.Parse(Started().Matches(Log)[^1].Groups["id"].Value, CultureInfo.InvariantCulture);

    /// <summary>Opens sockets: tcp, unix=PATH (with the mode 0762), abstract=NAME; and what is wrong: idle, udp, file,
    /// nothing, and again for the one before.</summary>
    internal static async Task<ServiceManager> OpenAsync(string sockets, params string[] command)
    {
        RequirePerl();
        var manager = new ServiceManager([.. sockets.Split(' '), "--", .. command]);
        try
        {
            await manager.SaysAsync("open\n");
            return manager;
        }
        catch
        {
            manager.Dispose();
            throw;
        }
    }

    /// <summary>Runs the command once more, to its end.</summary>
    /// <returns>How it ended, and what it had said.</returns>
    internal async Task<(string End, string Said)> RunAsync()
    {
        int before = Log.Length;
        await BeginAsync();
        string end = await EndAsync();
        string said = Log[before..];
        return (end, string.Join('\n', said.Split('\n').Where(static line =>
            line.StartsWith("npfast:", StringComparison.Ordinal))));
    }

    /// <summary>Runs the command once more, and waits until each listener listens.</summary>
    internal async Task StartAsync(int listeners)
    {
        int before = Listening().Count(Log);
        await BeginAsync();
        await Eventually.HoldsAsync(
            () => Listening().Count(Log) == before + listeners || Ended().Count(Log) == starts, $"it listens: {Log}");
        Assert.That(Ended().Count(Log), Is.EqualTo(starts - 1), Log);
    }

    internal Task SaysAsync(string text) =>
        Eventually.HoldsAsync(() => Log.Contains(text, StringComparison.Ordinal), $"'{text}' is in {Log}");

    internal async Task SignalAsync(string name) => await NpfastProcess.RunProgramAsync(
        "kill", [], "-" + name, Id.ToString(CultureInfo.InvariantCulture));

    /// <summary>Waits for the end of what runs.</summary>
    /// <returns>How it ended; and of the first socket, whether it still listens and whether it lingers.</returns>
    internal async Task<string> EndAsync()
    {
        await Eventually.HoldsAsync(() => Ended().Count(Log) == starts, $"it ends: {Log}");
        return Ended().Matches(Log)[^1].Groups["end"].Value;
    }

    public void Dispose()
    {
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
    }

    private static void RequirePerl()
    {
        if (!File.Exists("/usr/bin/perl"))
        {
            const string Reason = "perl is not installed here";
            if (Environment.GetEnvironmentVariable("CI") is { Length: > 0 })
            {
                Assert.Fail(Reason);
            }

            Assert.Ignore(Reason);
        }
    }

    private async Task BeginAsync()
    {
        starts++;
        await process.StandardInput.WriteLineAsync();
        await process.StandardInput.FlushAsync();
        await Eventually.HoldsAsync(() => Started().Count(Log) == starts, $"it starts: {Log}");
    }

    private void Note(string? line)
    {
        lock (log)
        {
            log.Append(line).Append(line is null ? "" : "\n");
        }
    }

    [GeneratedRegex(@"^socket (?<uri>\w+://\S+)$", RegexOptions.Multiline)]
    private static partial Regex OpenSocket();

    [GeneratedRegex(@"^started (?<id>\d+)$", RegexOptions.Multiline)]
    private static partial Regex Started();

    [GeneratedRegex("listening on ")]
    private static partial Regex Listening();

    [GeneratedRegex("^ended with (?<end>.*)$", RegexOptions.Multiline)]
    private static partial Regex Ended();
}
