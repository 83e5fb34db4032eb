using System.Collections.Generic;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Cli;

/// <summary>Bad configurations, a part of them, and all that is said about each.</summary>
internal static class BadConfigurationsOfSections
{
    internal static IEnumerable<TestCaseData> Part1()
    {
        yield return new TestCaseData(
            "[limits]\nworkers = 5000\n",
            "x.toml:2:11: limits.workers: '5000' is out of range; use 0 to 1024");
        yield return new TestCaseData(
            "[limits]\nqueue_limit = \"64KiB\"\n",
            "x.toml:2:15: limits.queue_limit of 64KiB is below server.backpressure_limit of 1MiB; "
            + "clients would be closed before their senders pause, so raise it");
        yield return new TestCaseData(
            "[limits]\nlinks_per_node = 0\n",
            "x.toml:2:18: limits.links_per_node: '0' is out of range; use 1 to 256");
        yield return new TestCaseData(
            "[limits]\nhandshakes = \"many\"\n",
            "x.toml:2:14: limits.handshakes: expected a number without quotes, not a text in quote"
            + "s");
        yield return new TestCaseData(
            "[server]\nsession = \"plain\"\n[limits]\nclock_ahead = \"1s\"\n",
            "x.toml:4:15: limits.clock_ahead needs a listener with secure sessions; leave it out, "
            + "or make one secure");
        yield return new TestCaseData(
            "[transport]\ncompression = \"gzip\"\n",
            "x.toml:2:15: transport.compression: compression 'gzip' is unknown; use none, lz4 or z"
            + "std");
        yield return new TestCaseData(
            "[transport]\ncompression_level = 3\n",
            "x.toml:2:21: compression none has no level 3: leave the level out");
        yield return new TestCaseData(
            "[transport]\ncompression = \"lz4\"\ncompression_level = 2\n",
            "x.toml:3:21: lz4 has no level 2: use 0 (fast) or 3 to 12");
        yield return new TestCaseData(
            "[transport]\nmax_payload_size = \"32MiB\"\n",
            "x.toml:2:20: transport.max_payload_size: '32MiB' is out of range; use 1KiB to 16MiB");
        yield return new TestCaseData(
            "[transport]\ncompression_threshold_bytes = \"x\"\n",
            "x.toml:2:31: transport.compression_threshold_bytes: 'x' is not a size; write bytes, o"
            + "r a number and KiB, MiB or GiB, as in 64KiB");
        yield return new TestCaseData(
            "[identity]\nclient_auth = \"maybe\"\n",
            "x.toml:2:15: identity.client_auth: 'maybe' is unknown; use none, optional or required");
    }

    internal static IEnumerable<TestCaseData> Part2()
    {
        yield return new TestCaseData(
            "[identity]\nclient_auth = \"required\"\n",
            "x.toml:2:15: identity.client_auth required needs the keys of those who may connect; n"
            + "ame a file with identity.authorized_keys");
        yield return new TestCaseData(
            "[identity]\nfile = \"\"\n",
            "x.toml:2:8: identity.file: the path is empty; name a file or directory");
        yield return new TestCaseData(
            "[server]\nsession = \"plain\"\n[identity]\nauthorized_keys = \"a\"\n",
            "x.toml:4:19: identity.authorized_keys needs a listener with secure sessions; leave it"
            + " out, or make one secure");
        yield return new TestCaseData(
            "[server]\nsession = \"plain\"\n[identity]\nfile = \"a\"\n",
            "x.toml:4:8: identity.file needs a listener or an upstream with secure sessions; leave"
            + " it out, or make one secure");
        yield return new TestCaseData(
            "[logging]\nlevel = \"loud\"\n",
            "x.toml:2:9: logging.level: 'loud' is not a log level; use trace, debug, information, "
            + "warning, error, critical or none");
        yield return new TestCaseData(
            "[logging]\nformat = \"xml\"\n",
            "x.toml:2:10: logging.format: log format 'xml' is unknown; use simple, systemd or json");
        yield return new TestCaseData(
            "[logging]\nfiles = 3\n",
            "x.toml:2:9: logging.files needs a log file; name one with logging.file, or leave it o"
            + "ut");
        yield return new TestCaseData(
            "[logging]\ncategories = [\"a\"]\n",
            "x.toml:2:15: logging.categories: 'a' has no level; write NAME=LEVEL, as in access=non"
            + "e");
        yield return new TestCaseData(
            "[logging]\ncategories = [\"access=none\", \"Access=debug\"]\n",
            "x.toml:2:14: logging.categories: 'Access' is given twice; keep one of them");
        yield return new TestCaseData(
            "[logging]\ncategories = [\"acess=none\"]\n",
            "x.toml:2:15: logging.categories: there is no category 'acess'; did you mean 'access'?");
        yield return new TestCaseData(
            "[logging]\napp_name = \"\"\n",
            "x.toml:2:12: logging.app_name: it has 0 characters; use 1 to 64");
        yield return new TestCaseData(
            "[admin]\naddress = \"tcp://0.0.0.0:9100\"\n",
            "x.toml:2:11: admin.address: tcp://0.0.0.0:9100 can be reached from other machines; us"
            + "e a loopback address or a Unix socket, or write admin.access remote");
    }

    internal static IEnumerable<TestCaseData> Part3()
    {
        yield return new TestCaseData(
            "[limits]\nmemory = \"64MiB\"\nqueue_limit = \"65MiB\"\n",
            "x.toml:3:15: limits.queue_limit of 65MiB for one client is more than limits.memory of"
            + " 64MiB for all; lower it, or raise the other");
        yield return new TestCaseData(
            "[limits]\nmemory = \"32MiB\"\n[server]\nbackpressure_limit = \"33MiB\"\n",
            "x.toml:4:22: limits.queue_limit of 32MiB is below server.backpressure_limit of 33MiB;"
            + " clients would be closed before their senders pause, so raise it\n"
            + "x.toml:4:22: server.backpressure_limit of 33MiB for one client is more than limits."
            + "memory of 32MiB for all; lower it, or raise the other");
        yield return new TestCaseData(
            "[admin]\naddress = \"tcp://0.0.0.0:9100\"\naccess = \"remote\"\n",
            "x.toml:2:11: admin.address: tcp://0.0.0.0:9100 can be reached from other machines, so"
            + " it needs a token; name its file with admin.token_file, or set NPFAST_ADMIN_TOKEN");
        yield return new TestCaseData(
            "[tls]\nkey_password_file = \"env:A-B\"\n",
            "x.toml:2:21: tls.key_password_file: 'A-B' is not the name of a variable; write env: w"
            + "ith letters, digits and underscores, or ./ before the name of a file");
        yield return new TestCaseData(
            "[admin]\ntoken_file = \"t\"\n",
            "x.toml:2:14: admin.token_file needs an admin listener; give one with admin.address, o"
            + "r leave it out");
        yield return new TestCaseData(
            "[admin]\naccess = \"all\"\n",
            "x.toml:2:10: admin.access: 'all' is unknown; use local or remote");
        yield return new TestCaseData(
            "[client]\npins = [\"sha1:x\"]\n",
            "x.toml:2:9: client.pins: 'sha1:x' is no fingerprint: it does not begin with sha256:; "
            + "expected sha256: and 44 characters of base64, as npfast key fingerprint prints it");
        yield return new TestCaseData(
            "[[listener]]\n",
            "x.toml:1:3: [[listener]] has no address; write address = \"tcp://127.0.0.1:9001\"");
        yield return new TestCaseData(
            "[[listener]]\naddress = \"unix:///a\"\n[[listener]]\naddress = \"unix:///a\"\n",
            "x.toml:4:11: listener.address: unix:///a is listened on twice; keep one of them");
        yield return new TestCaseData(
            "[server]\naddress = [\"tcp://127.0.0.1:9000\", \"tcp://127.0.0.1:9000\"]\n",
            "x.toml:2:11: server.address: tcp://127.0.0.1:9000 is listened on twice; keep one of them");
        yield return new TestCaseData(
            "[server]\naddress = \"tcp://127.0.0.1:9000\"\n[admin]\naddress = \"tcp://127.0.0.1:9000\"\n",
            "x.toml:4:11: admin.address: tcp://127.0.0.1:9000 is where clients are listened for; give the admin "
            + "listener another address");
        yield return new TestCaseData(
            "[[upstream]]\nname = \"a\"\nnodes = [\"tcp://h:1\", \"tcp://g:1\", \"tcp://h:1\"]\n",
            "x.toml:3:9: upstream.nodes: upstream 'a' has tcp://h:1 twice; keep one of them, and write upstream.links "
            + "for more connections to each");
        yield return new TestCaseData(
            "[[upstream]]\n",
            "x.toml:1:3: [[upstream]] has no name; write name = \"orders\"\nx.toml:1:3: [[upstream]] "
            + "has no nodes; write nodes = \"tcp://10.0.0.5:9000\"");
        yield return new TestCaseData(
            "[[upstream]]\nname = \"a b\"\nnodes = \"unix:///a\"\n",
            "x.toml:2:8: upstream.name: upstream name 'a b' has a bad character ' '; use letters, "
            + "digits, '-', '_' and '.'");
        yield return new TestCaseData(
            "[[upstream]]\nname = \"echo\"\nnodes = \"unix:///a\"\n",
            "x.toml:2:8: upstream 'echo' has the name of a local handler: rename it");
    }

    internal static IEnumerable<TestCaseData> Part4()
    {
        yield return new TestCaseData(
            "[[upstream]]\nname = \"a\"\nnodes = []\n",
            "x.toml:3:9: [[upstream]] has no nodes; write nodes = \"tcp://10.0.0.5:9000\"");
        yield return new TestCaseData(
            "[[upstream]]\nname = \"a\"\nnodes = \"unix:///a\"\n[[upstream]]\nname = \"a\"\nnodes = \"unix:///b\"\n",
            "x.toml:5:8: upstream 'a' is given twice: list its nodes in one");
        yield return new TestCaseData(
            "[[upstream]]\nname = \"a\"\nnodes = \"unix:///a\"\nreconnect_delay = \"10s\"\n",
            "x.toml:4:19: upstream.reconnect_delay of 10s is above upstream.reconnect_delay_max of"
            + " 5s; raise the latter, or lower the former");
        yield return new TestCaseData(
            "[[upstream]]\nname = \"a\"\nnodes = \"unix:///a\"\n"
            + "pins = \"sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\"\n",
            "x.toml:4:8: upstream.pins: sessions with upstream 'a' are plain; leave its pins out, "
            + "or write session = \"secure\"");
        yield return new TestCaseData(
            "[[upstream]]\nname = \"a\"\nnodes = \"unix:///a\"\ntimeot = \"1s\"\n",
            "x.toml:4:1: unknown key 'timeot' in [[upstream]]; did you mean 'timeout'?");
        yield return new TestCaseData(
            "[[route]]\n",
            "x.toml:1:3: [[route]] has no match; write match = \"orders.*\"\nx.toml:1:3: [[route]] ha"
            + "s no to; write to = \"orders\"");
        yield return new TestCaseData(
            "[[route]]\nmatch = \"a*b\"\nto = \"echo\"\n",
            "x.toml:2:9: route match 'a*b': * may only stand alone or after a last dot, as in orde"
            + "rs.*");
        yield return new TestCaseData(
            "[[route]]\nmatch = \"5\"\nto = \"echo\"\n",
            "x.toml:2:9: route match '5': a number or range lies between 256 and 65535, as in 300-"
            + "399");
        yield return new TestCaseData(
            "[[route]]\nmatch = \"a\"\nto = \"b\"\n",
            "x.toml:3:6: route 'a' goes to 'b', which is no upstream: give one with [[upstream]]");
        yield return new TestCaseData(
            "[[route]]\nmatch = \"a\"\nto = \"echo\"\n[[route]]\nmatch = \"a\"\nto = \"echo\"\n",
            "x.toml:5:9: route 'a' is given twice: keep one of them");
        yield return new TestCaseData(
            "[[route]]\nmatch = \"300-400\"\nto = \"echo\"\n[[route]]\nmatch = \"350-450\"\nto = \"echo\"\n",
            "x.toml:5:9: routes '350-450' and '300-400' cross: let one lie within the other, or ke"
            + "ep them apart");
    }

    internal static IEnumerable<TestCaseData> Part5()
    {
        yield return new TestCaseData(
            "[client]\nauto_reconnect = \"yes\"\n",
            "x.toml:2:18: client.auto_reconnect: expected true or false without quotes, not a text in quotes");
        yield return new TestCaseData(
            "[client]\nmax_reconnect_attempts = 3\n",
            "x.toml:2:26: client.max_reconnect_attempts needs client.auto_reconnect; write it, or leave this out");
        yield return new TestCaseData(
            "[client]\nauto_reconnect = true\nmax_reconnect_attempts = -1\n",
            "x.toml:3:26: client.max_reconnect_attempts: '-1' is out of range; use 0 to 1000000");
        yield return new TestCaseData(
            "[client]\nauto_reconnect = true\nreconnect_delay = \"20s\"\n",
            "x.toml:3:19: client.reconnect_delay of 20s is above client.reconnect_delay_max of 10s; raise the "
            + "latter, or lower the former");

        // Faults of every kind at once: in the order of the file, each by itself.
        yield return new TestCaseData(
            "[server]\nadress = \"unix:///a\"\nmax_connections = 0\nbacklog = \"many\"\n"
            + "[limts]\nmemory = \"1MiB\"\n[logging]\nfile_size = \"1MiB\"\n"
            + "[[route]]\nmatch = \"a\"\nto = \"b\"\n",
            "x.toml:2:1: unknown key 'adress' in [server]; did you mean 'address'?\n"
            + "x.toml:3:19: server.max_connections: '0' is out of range; use 1 to 1048576\n"
            + "x.toml:4:11: server.backlog: expected a number without quotes, not a text in quotes\n"
            + "x.toml:5:2: unknown section 'limts'; did you mean 'limits'?\n"
            + "x.toml:8:13: logging.file_size needs a log file; name one with logging.file, or leave it out\n"
            + "x.toml:11:6: route 'a' goes to 'b', which is no upstream: give one with [[upstream]]");
    }
}
