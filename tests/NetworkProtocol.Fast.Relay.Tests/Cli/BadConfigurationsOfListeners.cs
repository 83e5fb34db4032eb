using System.Collections.Generic;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Cli;

/// <summary>Bad configurations of certificates and Unix sockets, and all that is said about each.</summary>
internal static class BadConfigurationsOfListeners
{
    internal static IEnumerable<TestCaseData> Part1()
    {
        yield return new TestCaseData(
            "[server]\naddress = \"tls://127.0.0.1:0\"\n",
            "x.toml:2:11: a tls:// listener needs a certificate; name one with tls.certificates, or make "
            + "one with npfast cert self-signed");
        yield return new TestCaseData(
            "[server]\naddress = \"tls://127.0.0.1:0\"\n[tls]\ncertificates = \"a.pem\"\nkeys = [\"a.key"
            + "\", \"b.key\"]\n",
            "x.toml:5:8: tls.keys is given 2 times and tls.certificates once; give one key for each certi"
            + "ficate, in the same order");
        yield return new TestCaseData(
            "[server]\naddress = \"tls://127.0.0.1:0\"\n[tls]\ncertificates = \"a.pem\"\nallow_clients = "
            + "\"alice\"\n",
            "x.toml:5:17: tls.allow_clients needs tls.client_ca with the CA of the clients");
        yield return new TestCaseData(
            "[server]\naddress = \"tls://127.0.0.1:0\"\n[tls]\ncertificates = \"a.pem\"\nclient_ca = \"ca"
            + ".pem\"\n[identity]\nclient_auth = \"none\"\n",
            "x.toml:5:13: tls.client_ca is of no use with identity.client_auth none; leave one out");
        yield return new TestCaseData(
            "[server]\naddress = \"tls://127.0.0.1:0\"\n[tls]\ncertificates = \"a.pem\"\n[identity]\nclie"
            + "nt_auth = \"optional\"\n",
            "x.toml:6:15: identity.client_auth asks clients of a tls:// listener for certificates; name t"
            + "he file of their CA with tls.client_ca");
        yield return new TestCaseData(
            "[server]\naddress = \"tls://127.0.0.1:0\"\n[tls]\ncertificates = \"a.pem\"\nclient_ca = \"ca"
            + ".pem\"\nallow_clients = [\"sha256:x\"]\n",
            "x.toml:6:18: tls.allow_clients: 'sha256:x' is no fingerprint; expected sha256: and 44 charac"
            + "ters of base64, as npfast key fingerprint prints it");
        yield return new TestCaseData(
            "[server]\naddress = \"tls://127.0.0.1:0\"\n[tls]\ncertificates = 5\n",
            "x.toml:4:16: tls.certificates: expected texts in quotes, as in [\"/etc/npfast/tls/relay.pem"
            + "\"], not a number");
        yield return new TestCaseData(
            "[server]\naddress = \"tls://127.0.0.1:0\"\n[tls]\ncertificates = [\"a.pem\", \"\"]\n",
            "x.toml:4:26: tls.certificates: the path is empty; name a file or directory");
        yield return new TestCaseData(
            "[server]\naddress = \"tls://127.0.0.1:0\"\n[tls]\ncertificate = \"a.pem\"\n",
            "x.toml:2:11: a tls:// listener needs a certificate; name one with tls.certificates, or make "
            + "one with npfast cert self-signed\nx.toml:4:1: unknown key 'certificate' in [tls]; did you me"
            + "an 'certificates'?");
        yield return new TestCaseData(
            "[tls]\ncertificates = \"a.pem\"\n",
            "x.toml:2:16: tls.certificates needs a tls:// listener; leave it out, or give one");
        yield return new TestCaseData(
            "[tls]\nrevocation = \"offline\"\n",
            "x.toml:2:14: tls.revocation needs a tls:// listener or upstream; leave it out, or give one");
    }

    internal static IEnumerable<TestCaseData> Part2()
    {
        yield return new TestCaseData(
            "[server]\naddress = \"tls://127.0.0.1:0\"\n[tls]\ncertificates = \"a.pem\"\nrevocation = \"o"
            + "nline\"\n",
            "x.toml:5:14: tls.revocation: 'online' is unknown; use off or offline");
        yield return new TestCaseData(
            "[server]\naddress = \"tls://a\"\n",
            "x.toml:2:11: server.address: endpoint 'tls://a': port missing after host 'a'; write tcp://HO"
            + "ST:PORT");
        yield return new TestCaseData(
            "[[listener]]\naddress = \"tcp://127.0.0.1:0\"\ncertificates = \"a.pem\"\n",
            "x.toml:3:16: listener.certificates is of no use at tcp://127.0.0.1:0: it is for tls:// endpo"
            + "ints; leave it out");
        yield return new TestCaseData(
            "[[listener]]\naddress = \"tls://127.0.0.1:0\"\ncertificates = \"a.pem\"\nsession = \"secure"
            + "\"\n",
            "x.toml:4:11: listener.session: TLS protects tls://127.0.0.1:0 already; leave it out");
        yield return new TestCaseData(
            "[[listener]]\naddress = \"tls://127.0.0.1:0\"\ncertificates = \"a.pem\"\nsocket_mode = \"066"
            + "0\"\n",
            "x.toml:4:15: listener.socket_mode is of no use at tls://127.0.0.1:0: it is for Unix sockets "
            + "with a file; leave it out");
        yield return new TestCaseData(
            "[[listener]]\naddress = \"tls://127.0.0.1:0\"\ncertificates = [\"a.pem\", \"b.pem\"]\nkeys ="
            + " \"a.key\"\n",
            "x.toml:4:8: listener.keys is given once and listener.certificates 2 times; give one key for "
            + "each certificate, in the same order");
        yield return new TestCaseData(
            "[[listener]]\naddress = \"tls://127.0.0.1:0\"\ncertificates = \"a.pem\"\nclient_auth = \"req"
            + "uired\"\n",
            "x.toml:4:15: listener.client_auth asks clients of a tls:// listener for certificates; name t"
            + "he file of their CA with listener.client_ca");
        yield return new TestCaseData(
            "[[listener]]\naddress = \"tcp://127.0.0.1:0\"\nclient_auth = \"required\"\n",
            "x.toml:3:15: listener.client_auth required needs the keys of those who may connect; name a f"
            + "ile with identity.authorized_keys");
        yield return new TestCaseData(
            "[[listener]]\naddress = \"unix:///a\"\nsocket_mode = \"999\"\n",
            "x.toml:3:15: listener.socket_mode: '999' is not a mode; write 0000 to 0777, like 0660");
        yield return new TestCaseData(
            "[[listener]]\naddress = \"unix:///a\"\nsocket_owner = \":\"\n",
            "x.toml:3:16: listener.socket_owner: ':' names nobody; write USER, USER:GROUP or :GROUP");
        yield return new TestCaseData(
            "[[listener]]\naddress = \"unix:///a\"\nallow_users = [\"no-such-user-1\"]\n",
            "x.toml:3:16: listener.allow_users: 'no-such-user-1' is no user of this system; use a name or"
            + " a number");
    }

    internal static IEnumerable<TestCaseData> Part3()
    {
        yield return new TestCaseData(
            "[[listener]]\naddress = \"unix:///a\"\nallow_groups = \"no-such-group-1\"\n",
            "x.toml:3:16: listener.allow_groups: 'no-such-group-1' is no group of this system; use a name"
            + " or a number");
        yield return new TestCaseData(
            "[[listener]]\naddress = \"unix://@a\"\nsocket_mode = \"0660\"\n",
            "x.toml:3:15: listener.socket_mode is of no use at unix://@a: it is for Unix sockets with a f"
            + "ile; leave it out");
        yield return new TestCaseData(
            "[server]\nsocket_mode = \"0660\"\n",
            "x.toml:2:15: server.socket_mode needs a listener on a Unix socket with a file; leave it out,"
            + " or listen on unix:///PATH");
        yield return new TestCaseData(
            "[server]\naddress = \"unix://@a\"\nsocket_owner = \"0:0\"\n",
            "x.toml:3:16: server.socket_owner needs a listener on a Unix socket with a file; leave it out"
            + ", or listen on unix:///PATH");
        yield return new TestCaseData(
            "[server]\nallow_users = \"0\"\n",
            "x.toml:2:15: server.allow_users needs a listener on a Unix socket; leave it out, or listen o"
            + "n unix:///PATH");
        yield return new TestCaseData(
            "[[upstream]]\nname = \"a\"\nnodes = \"unix:///a\"\nca = \"ca.pem\"\n",
            "x.toml:4:6: upstream.ca: upstream 'a' has no tls:// node; leave it out");
        yield return new TestCaseData(
            "[[upstream]]\nname = \"a\"\nnodes = \"tls://a:1\"\nkey = \"a.key\"\n",
            "x.toml:4:7: upstream.key needs the certificate that goes with it; add upstream.certificate");
        yield return new TestCaseData(
            "[[upstream]]\nname = \"a\"\nnodes = \"tls://a:1\"\nkey_password_file = \"\"\n",
            "x.toml:4:21: upstream.key_password_file: the path is empty; name a file or directory");
        yield return new TestCaseData(
            "[client]\nkey = \"a.key\"\n",
            "x.toml:2:7: client.key needs the certificate that goes with it; add client.certificate");
        yield return new TestCaseData(
            "[client]\nserver_name = \"\"\n",
            "x.toml:2:15: client.server_name: it has 0 characters; use 1 to 255");
    }
}
