using System.Collections.Generic;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Cli;

/// <summary>Bad configurations, a part of them, and all that is said about each.</summary>
internal static class BadConfigurations
{
    internal static IEnumerable<TestCaseData> Part1()
    {
        yield return new TestCaseData(
            "[server]\naddress = 5\n",
            "x.toml:2:11: server.address: expected texts in quotes, as in [\"tcp://127.0.0.1:9000\"]"
            + ", not a number");
        yield return new TestCaseData(
            "[server]\naddress = \"\"\n",
            "x.toml:2:11: server.address: endpoint '': it is empty; write tcp://HOST:PORT or unix:"
            + "///PATH");
        yield return new TestCaseData(
            "[server]\naddress = \"localhost\"\n",
            "x.toml:2:11: server.address: endpoint 'localhost': scheme missing; write tcp://HOST:P"
            + "ORT or unix:///PATH");
        yield return new TestCaseData(
            "[server]\naddress = \"tcp://a\"\n",
            "x.toml:2:11: server.address: endpoint 'tcp://a': port missing after host 'a'; write t"
            + "cp://HOST:PORT");
        yield return new TestCaseData(
            "[server]\naddress = \"http://a:1\"\n",
            "x.toml:2:11: server.address: endpoint 'http://a:1': unknown scheme 'http'; use tcp://"
            + ", tls://, unix:// or pipe://");
        yield return new TestCaseData(
            "[server]\naddress = [1]\n",
            "x.toml:2:12: server.address: expected texts in quotes, as in [\"tcp://127.0.0.1:9000\"]"
            + ", not a number");
        yield return new TestCaseData(
            "[server]\naddress = \"tcp://a:99999\"\n",
            "x.toml:2:11: server.address: endpoint 'tcp://a:99999': port '99999' is not a number f"
            + "rom 0 to 65535; use 1 to 65535, or 0 to listen on any free port");
        yield return new TestCaseData(
            "[server]\nsession = \"open\"\n",
            "x.toml:2:11: server.session: session 'open' is unknown; use plain or secure");
        yield return new TestCaseData(
            "[server]\nsession = true\n",
            "x.toml:2:11: server.session: expected a text in quotes, not true or false");
        yield return new TestCaseData(
            "[server]\nmax_connections = \"5\"\n",
            "x.toml:2:19: server.max_connections: expected a number without quotes, not a text in "
            + "quotes");
        yield return new TestCaseData(
            "[server]\nmax_connections = 0\n",
            "x.toml:2:19: server.max_connections: '0' is out of range; use 1 to 1048576");
    }

    internal static IEnumerable<TestCaseData> Part2()
    {
        yield return new TestCaseData(
            "[server]\nmax_connections = 1.5\n",
            "x.toml:2:19: server.max_connections: expected a number without quotes, not a fraction");
        yield return new TestCaseData(
            "[server]\nmax_connections = 2000000\n",
            "x.toml:2:19: server.max_connections: '2000000' is out of range; use 1 to 1048576");
        yield return new TestCaseData(
            "[server]\nmax_connections = [1]\n",
            "x.toml:2:19: server.max_connections: expected a number without quotes, not a list");
        yield return new TestCaseData(
            "[server]\nbacklog = -1\n",
            "x.toml:2:11: server.backlog: '-1' is out of range; use 1 to 65535");
        yield return new TestCaseData(
            "[server]\nbackpressure_limit = \"1KB\"\n",
            "x.toml:2:22: server.backpressure_limit: '1KB' is not a size; write bytes, or a number"
            + " and KiB, MiB or GiB, as in 64KiB");
        yield return new TestCaseData(
            "[server]\nbackpressure_limit = 1\n",
            "x.toml:2:22: server.backpressure_limit: '1' is out of range; use 64KiB to 1GiB");
        yield return new TestCaseData(
            "[server]\nbackpressure_limit = true\n",
            "x.toml:2:22: server.backpressure_limit: expected a size in quotes, as in \"16MiB\", or "
            + "a number of bytes, not true or false");
        yield return new TestCaseData(
            "[server]\nconnection_timeout = 5\n",
            "x.toml:2:22: server.connection_timeout: expected a duration in quotes, as in \"15s\", n"
            + "ot a number");
        yield return new TestCaseData(
            "[server]\nconnection_timeout = \"5\"\n",
            "x.toml:2:22: server.connection_timeout: '5' is not a duration; write a number and ms,"
            + " s, m or h, as in 250ms or 2s");
        yield return new TestCaseData(
            "[server]\nconnection_timeout = \"5 s\"\n",
            "x.toml:2:22: server.connection_timeout: '5 s' is not a duration; write a number and m"
            + "s, s, m or h, as in 250ms or 2s");
        yield return new TestCaseData(
            "[server]\nconnection_timeout = \"1ms\"\n",
            "x.toml:2:22: server.connection_timeout: '1ms' is out of range; use 100ms to 1h");
    }

    internal static IEnumerable<TestCaseData> Part3()
    {
        yield return new TestCaseData(
            "[server]\nheartbeat_interval = \"2h\"\n",
            "x.toml:2:22: server.heartbeat_interval: '2h' is out of range; use 100ms to 1h");
        yield return new TestCaseData(
            "[server]\nheartbeat_interval = 1979-05-27\n",
            "x.toml:2:22: server.heartbeat_interval: expected a duration in quotes, as in \"15s\", n"
            + "ot a date or time");
        yield return new TestCaseData(
            "[server]\nshutdown_timeout = \"2000h\"\n",
            "x.toml:2:20: server.shutdown_timeout: '2000h' is out of range; use 0ms to 24h");
        yield return new TestCaseData(
            "[server]\nmax_connection = 1\n",
            "x.toml:2:1: unknown key 'max_connection' in [server]; did you mean 'max_connections'?");
        yield return new TestCaseData(
            "[server]\nmemory = \"1MiB\"\n",
            "x.toml:2:1: unknown key 'memory' in [server]; it belongs under [limits]");
        yield return new TestCaseData(
            "[server]\nzzzzzzzz = 1\n",
            "x.toml:2:1: unknown key 'zzzzzzzz' in [server]; use one of: address, session, max_con"
            + "nections, backlog, backpressure_limit, connection_timeout, heartbeat_interval, shutdo"
            + "wn_timeout, socket_mode, socket_owner, allow_users, allow_groups");
        yield return new TestCaseData(
            "[server]\nmax_connections = \n",
            "x.toml:2:19: not valid TOML: unexpected token end-of-line found while expecting a val"
            + "ue");
        yield return new TestCaseData(
            "[server]\nshutdown_timeout = {a=1}\n",
            "x.toml:2:20: server.shutdown_timeout: expected a duration in quotes, as in \"15s\", not"
            + " a table");
        yield return new TestCaseData(
            "[server]\nmax_connections = 1\nmax_connections = 2\n",
            "x.toml:3:1: not valid TOML: the key `server.max_connections` is already defined at (2"
            + ",1) with `max_connections = 1` and cannot be redefined\nx.toml:3:1: server.max_connect"
            + "ions is given twice; keep one of them");
        yield return new TestCaseData(
            "[server]\n[server]\n",
            "x.toml:2:1: not valid TOML: the key `server` is already defined at (1,1) with `[serve"
            + "r]` and cannot be redefined\nx.toml:2:2: [server] is given twice; put its keys into on"
            + "e");
        yield return new TestCaseData(
            "[servers]\n",
            "x.toml:1:2: unknown section 'servers'; did you mean 'server'?");
    }

    internal static IEnumerable<TestCaseData> Part4()
    {
        yield return new TestCaseData(
            "[xyzzyplugh]\n",
            "x.toml:1:2: unknown section 'xyzzyplugh'; use one of: server, listener, upstream, rou"
            + "te, limits, transport, identity, tls, logging, admin, client");
        yield return new TestCaseData(
            "[[server]]\n",
            "x.toml:1:3: [[server]] occurs once only; write [server]");
        yield return new TestCaseData(
            "[listener]\n",
            "x.toml:1:2: [listener] may occur many times; write [[listener]]");
        yield return new TestCaseData(
            "max_connections = 5\n",
            "x.toml:1:1: 'max_connections' stands before the first section; put it under [server]");
        yield return new TestCaseData(
            "nonsense = 5\n",
            "x.toml:1:1: unknown key 'nonsense'; use one of: server, listener, upstream, route, li"
            + "mits, transport, identity, tls, logging, admin, client");
        yield return new TestCaseData(
            "server = 5\n",
            "x.toml:1:1: 'server' is no value; write [server] and its keys below");
        yield return new TestCaseData(
            "route = [\"a\"]\n",
            "x.toml:1:10: route: expected a table, as in [[route]]");
        yield return new TestCaseData(
            "[server\n",
            "x.toml:1:8: not valid TOML: unexpected token found `␤` (token: `newline`) while expec"
            + "ting `]` (token: `closebracket`)");
        yield return new TestCaseData(
            "[server]\nbacklog 5\n",
            "x.toml:2:9: not valid TOML: expecting `=` after a key instead of 5");
        yield return new TestCaseData(
            "[server]\naddress = \"tcp://a\n",
            "x.toml:2:11: server.address: endpoint 'tcp://a\\n': white space or a control character"
            + " at position 8; remove it\nx.toml:2:19: not valid TOML: invalid newline in a string\nx."
            + "toml:2:19: not valid TOML: invalid End-Of-File found on string literal");
        yield return new TestCaseData(
            "[limits]\nmemory = \"1KiB\"\n",
            "x.toml:2:10: limits.memory: '1KiB' is out of range; use 1MiB to 1024GiB");
    }
}
