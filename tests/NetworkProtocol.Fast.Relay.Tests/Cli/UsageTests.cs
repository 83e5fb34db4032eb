using System;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Cli;

/// <summary>Bad command lines: exit code 2 and one line that says what is wrong and what to do.</summary>
[TestFixture]
[Category("Binary")]
[CancelAfter(60_000)]
internal sealed class UsageTests
{
    private const string Pin = "sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    private const string FingerprintForm =
        "expected sha256: and 44 characters of base64, as npfast key fingerprint prints it";

    [TestCase("", "required command was not provided; see npfast --help")]
    [TestCase("bogus", "'bogus' is not expected here; see npfast --help")]
    [TestCase("relay --bad", "'--bad' is not expected here; see npfast relay --help")]
    [TestCase("relay extra", "'extra' is not expected here; see npfast relay --help")]
    [TestCase("relay --workers", "required argument missing for option: '--workers'; see npfast relay --help")]
    [TestCase("relay --workers 1 --workers 2",
        "option '--workers' expects a single argument but 2 were provided; see npfast relay --help")]
    [TestCase("relay --workers x", "--workers: 'x' is not a number; write digits only")]
    [TestCase("relay --max-connections 0", "--max-connections: '0' is out of range; use 1 to 1048576")]
    [TestCase("relay --listen foo", "--listen: endpoint 'foo': scheme missing; write tcp://HOST:PORT or unix:///PATH")]
    [TestCase("relay --session tls", "--session: session 'tls' is unknown; use plain or secure")]
    [TestCase("relay --client-auth maybe", "--client-auth: 'maybe' is unknown; use none, optional or required")]
    [TestCase("relay --client-auth required",
        "--client-auth required needs the keys of those who may connect; name a file with --authorized-keys")]
    [TestCase("relay --route-clients admin.*=alice --authorized-keys x",
        "--route-clients: there is no route 'admin.*'; give it with --route admin.*=NAME")]
    [TestCase("relay --route a=echo --route-clients a=alice",
        "--route-clients needs the keys that go with the names; name a file with --authorized-keys")]
    [TestCase("relay --route a=echo --authorized-keys x --route-clients a=alice --route-clients a=bob",
        "--route-clients: 'a' is given twice; list its clients in one")]
    [TestCase("relay --route a=echo --route-clients a=alice,",
        "--route-clients: 'a=alice,' names no clients of a route; write MATCH=NAME[,NAME], as in admin.*=alice,bob")]
    [TestCase("relay --session plain --max-handshakes 10",
        "--max-handshakes needs a listener with secure sessions; leave it out, or make one secure")]
    [TestCase("relay --max-handshakes 0", "--max-handshakes: '0' is out of range; use 1 to 65536")]
    [TestCase("relay --clock-behind 2h", "--clock-behind: '2h' is out of range; use 1s to 1h")]
    [TestCase("relay --session plain --client-auth required",
        "--client-auth needs a listener with secure sessions; leave it out, or make one secure")]
    [TestCase("relay --listen unix:///tmp/x --authorized-keys x",
        "--authorized-keys needs a listener with secure sessions; leave it out, or make one secure")]
    [TestCase("relay --session plain --identity x",
        "--identity needs a listener or an upstream with secure sessions; leave it out, or make one secure")]
    [TestCase("relay --known-hosts x",
        "--known-hosts needs an upstream with secure sessions; leave it out, or make one secure")]
    [TestCase("relay --upstream-session x",
        "--upstream-session: 'x' names no upstream; write NAME=plain or NAME=secure")]
    [TestCase("relay --upstream-session a=tls", "--upstream-session: session 'tls' is unknown; use plain or secure")]
    [TestCase("relay --upstream-session a=plain", "--upstream-session: 'a' is no upstream; give one with --upstream")]
    [TestCase("relay --upstream a=tcp://h:1 --upstream-session a=plain --upstream-session a=secure",
        "--upstream-session: 'a' is given twice; keep one of them")]
    [TestCase("relay --upstream-pin x", "--upstream-pin: 'x' names no upstream; write NAME=FINGERPRINT")]
    [TestCase("relay --upstream-pin a=x",
        "--upstream-pin: 'x' is no fingerprint: it does not begin with sha256:; " + FingerprintForm)]
    [TestCase("relay --upstream a=tcp://h:1 --upstream-pin b=" + Pin,
        "--upstream-pin: 'b' is no upstream; use one of: a")]
    [TestCase("relay --upstream a=unix:///tmp/x --upstream-pin a=" + Pin,
        "--upstream-pin: sessions with upstream 'a' are plain; leave its pins out, or "
        + "write --upstream-session a=secure")]
    [TestCase("relay --timeout 2x",
        "--timeout: '2x' is not a duration; write a number and ms, s, m or h, as in 250ms or 2s")]
    [TestCase("relay --heartbeat 1ms", "--heartbeat: '1ms' is out of range; use 100ms to 1h")]
    [TestCase("relay --memory-limit 12kb",
        "--memory-limit: '12kb' is not a size; write bytes, or a number and KiB, MiB or GiB, as in 64KiB")]
    [TestCase("relay --max-payload 17MiB", "--max-payload: '17MiB' is out of range; use 1KiB to 16MiB")]
    [TestCase("relay --log-level 3",
        "--log-level: '3' is not a log level; use trace, debug, information, warning, error, critical or none")]
    [TestCase("relay --log-category server",
        "--log-category: 'server' has no level; write NAME=LEVEL, as in access=none")]
    [TestCase("relay --log-category NetworkProtocol.Fast.Tls=debug",
        "--log-category: there is no category 'Tls'; use one of: access, server, client, link, forwarding, relay, "
        + "admin, log")]
    [TestCase("relay --log-category server=5",
        "--log-category: '5' is not a log level; use trace, debug, information, warning, error, critical or none")]
    [TestCase("relay --log-category server=debug --log-category Server=none",
        "--log-category: 'Server' is given twice; keep one of them")]
    [TestCase("relay --log-format xml", "--log-format: log format 'xml' is unknown; use simple, systemd or json")]
    [TestCase("relay --log-files 3",
        "--log-files needs a log file; name one with --log-file, or leave it out")]
    [TestCase("relay --log-file x --log-files 0", "--log-files: '0' is out of range; use 1 to 1000")]
    [TestCase("relay --log-file-size 1KiB --log-file x",
        "--log-file-size: '1KiB' is out of range; use 4KiB to 1024GiB")]
    [TestCase("relay --compress foo", "--compress: compression \"foo\" is unknown: use none, lz4 or zstd")]
    [TestCase("relay --upstream x", "--upstream: 'x' has no name; write NAME=URI, as in orders=tcp://10.0.0.5:9000")]
    [TestCase("relay --upstream a=tcp://127.0.0.1",
        "--upstream: endpoint 'tcp://127.0.0.1': port missing after host '127.0.0.1'; write tcp://HOST:PORT")]
    [TestCase("relay --route x", "--route: 'x' is no route; write MATCH=NAME, as in orders.*=orders")]
    [TestCase("relay --route a*b=echo",
        "--route: route match 'a*b': * may only stand alone or after a last dot, as in orders.*")]
    [TestCase("relay --route a=b", "route 'a' goes to 'b', which is no upstream: give one with --upstream")]
    [TestCase("relay --upstream a=tcp://127.0.0.1:1 --route x=A",
        "route 'x' goes to 'A', which is no upstream: use one of: a")]
    [TestCase("relay --route 300-400=echo --route 350-450=echo",
        "routes '350-450' and '300-400' cross: let one lie within the other, or keep them apart")]
    [TestCase("relay --route x=echo --route", "--route: a value is missing; write --route MATCH=NAME")]
    [TestCase("relay --listen tcp://127.0.0.1:0 --listen", "--listen: a value is missing; write --listen URI")]
    [TestCase("relay --listen --listen tcp://127.0.0.1:0", "--listen: a value is missing; write --listen URI")]
    [TestCase("relay --workers --listen tcp://127.0.0.1:0", "--workers: a value is missing; write --workers N")]
    [TestCase("relay --upstream --route a=b", "--upstream: a value is missing; write --upstream NAME=URI[,URI]")]
    [TestCase("relay --listen -h", "--listen: a value is missing; write --listen URI")]
    [TestCase("send tcp://127.0.0.1:1 ECHO --file --timeout 2s", "--file: a value is missing; write --file PATH")]
    [TestCase("relay --log-level information,debug",
        "--log-level: 'information,debug' is not a log level; "
        + "use trace, debug, information, warning, error, critical or none")]
    [TestCase("send", "URI is missing; see npfast send --help")]
    [TestCase("send tcp://127.0.0.1:1", "NAME is missing; see npfast send --help")]
    [TestCase("send tcp://127.0.0.1:1 5", "NAME: type number 5 is out of range; use 256 to 65535, or a name")]
    [TestCase("send tcp://127.0.0.1:1 ECHO --pin x",
        "--pin: 'x' is no fingerprint: it does not begin with sha256:; " + FingerprintForm)]
    [TestCase("send tcp://127.0.0.1:1 ECHO --insecure-any-key --pin " + Pin,
        "both --pin and --insecure-any-key are given; leave one out")]
    [TestCase("send tcp://127.0.0.1:1 ECHO --trust-first-use --pin " + Pin,
        "both --pin and --trust-first-use are given; leave one out")]
    [TestCase("send tcp://127.0.0.1:1 ECHO --known-hosts x --pin " + Pin,
        "both --pin and --known-hosts are given; leave one out")]
    [TestCase("ping tcp://127.0.0.1:1 --insecure-any-key --trust-first-use",
        "both --insecure-any-key and --trust-first-use are given; leave one out")]
    [TestCase("ping tcp://127.0.0.1:1 --session plain --insecure-any-key",
        "--insecure-any-key needs a secure session; leave it out, or write --session secure")]
    [TestCase("send unix:///tmp/x ECHO --identity x",
        "--identity needs a secure session; leave it out, or write --session secure")]
    [TestCase("bench --trust-first-use", "--trust-first-use needs a server; give its URI")]
    [TestCase("send tcp://127.0.0.1:1 ECHO x --file y", "both DATA and --file are given; leave one out")]
    [TestCase("send tcp://127.0.0.1:1 ECHO --file /tmp", "--file: '/tmp' is a folder; name a file")]
    [TestCase("ping", "URI is missing; see npfast ping --help")]
    [TestCase("bench --size 17MiB", "--size: '17MiB' is out of range; use 0B to 16MiB")]
    [TestCase("bench --name x", "--name needs a server that handles it; give its URI")]
    [TestCase("bench --size 16MiB", "more than 1GiB would be in flight; lower --size, --connections or --in-flight")]
    [TestCase("bench --idle 5", "--idle: '5' is out of range; use 101 to 1048576")]
    [TestCase("bench --idle 200 --size 1KiB", "--idle puts no load on its links; leave --size out")]
    [TestCase("bench --connections 4 --idle 200", "--idle puts no load on its links; leave --connections out")]
    [TestCase("key", "required command was not provided; see npfast key --help")]
    [TestCase("key bogus", "'bogus' is not expected here; see npfast key --help")]
    [TestCase("key generate --bad", "'--bad' is not expected here; see npfast key generate --help")]
    [TestCase("key generate --out", "required argument missing for option: '--out'; see npfast key generate --help")]
    [TestCase("key generate --out -", "--out: a private key is not written to stdout; name a file")]
    [TestCase("key generate --out a --state b", "both --out and --state are given; leave one out")]
    [TestCase("key show a --state b", "both FILE and --state are given; leave one out")]
    public async Task CommandLine_Bad_ExitsWithUsageAndOneLine(string commandLine, string message)
    {
        string[] arguments = commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        (int exitCode, byte[] output, string errors) = await NpfastProcess.RunAsync(arguments);

        Assert.That(errors, Is.EqualTo($"npfast: {message}{Environment.NewLine}"));
        Assert.That(exitCode, Is.EqualTo(2));
        Assert.That(output, Is.Empty);
    }

    [Test]
    public async Task CommandLine_EmptyPath_IsNoFile()
    {
        (int exitCode, _, string errors) =
            await NpfastProcess.RunAsync("send", "tcp://127.0.0.1:1", "ECHO", "--file", "");

        Assert.That(errors, Is.EqualTo($"npfast: --file: the path is empty; name a file{Environment.NewLine}"));
        Assert.That(exitCode, Is.EqualTo(2));
    }

    [Test]
    public async Task CommandLine_ValueWithControlCharacters_StaysOnOneLine()
    {
        (int exitCode, _, string errors) = await NpfastProcess.RunAsync("relay", "--route", "a\n\tb\e[2J\u2028");

        Assert.That(errors, Is.EqualTo(
            @"npfast: --route: 'a\n\tb\u001b[2J\u2028' is no route; write MATCH=NAME, as in orders.*=orders"
            + Environment.NewLine));
        Assert.That(exitCode, Is.EqualTo(2));
    }

    [TestCase("--help")]
    [TestCase("relay --help --workers")]
    [TestCase("--version")]
    public async Task CommandLine_AsksForHelp_ExitsClean(string commandLine)
    {
        (int exitCode, byte[] output, string errors) = await NpfastProcess.RunAsync(commandLine.Split(' '));

        Assert.That(exitCode, Is.Zero, errors);
        Assert.That(output, Is.Not.Empty);
        Assert.That(errors, Is.Empty);
    }
}
