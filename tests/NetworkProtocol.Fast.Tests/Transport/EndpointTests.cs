using System;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Transport;

internal sealed class EndpointTests
{
    [TestCase("tcp://127.0.0.1:9000", "127.0.0.1", 9000, "tcp://127.0.0.1:9000")]
    [TestCase("tcp://0.0.0.0:0", "0.0.0.0", 0, "tcp://0.0.0.0:0")]
    [TestCase("TCP://Example.COM:65535", "example.com", 65535, "tcp://example.com:65535")]
    [TestCase("tcp://my_host-1.internal:080", "my_host-1.internal", 80, "tcp://my_host-1.internal:80")]
    [TestCase("tcp://[::1]:9000", "::1", 9000, "tcp://[::1]:9000")]
    [TestCase("tcp://[0:0:0:0:0:0:0:1]:9000", "::1", 9000, "tcp://[::1]:9000")]
    [TestCase("tcp://[::]:1", "::", 1, "tcp://[::]:1")]
    [TestCase("tcp://[2001:DB8::A]:1", "2001:db8::a", 1, "tcp://[2001:db8::a]:1")]
    public void Parse_Tcp_GivesCanonicalForm(string uri, string host, int port, string canonical)
    {
        Endpoint endpoint = Endpoint.Parse(uri);
        Assert.That(endpoint.Scheme, Is.EqualTo(EndpointScheme.Tcp));
        Assert.That(endpoint.Host, Is.EqualTo(host));
        Assert.That(endpoint.Port, Is.EqualTo(port));
        Assert.That(endpoint.Path, Is.Empty);
        Assert.That(endpoint.ToString(), Is.EqualTo(canonical));
        Assert.That(Endpoint.Parse(canonical), Is.EqualTo(endpoint));
    }

    [TestCase("unix://@npfast", "@npfast")]
    [TestCase("unix://@a/b/", "@a/b/")]
    [TestCase("unix:///run/npfast.sock", "/run/npfast.sock")]
    [TestCase("Unix:///tmp/with space/Gerät%20", "/tmp/with space/Gerät%20")]
    public void Parse_Unix_KeepsThePathAsWritten(string uri, string path)
    {
        Endpoint endpoint = Endpoint.Parse(uri);
        Assert.That(endpoint.Scheme, Is.EqualTo(EndpointScheme.Unix));
        Assert.That(endpoint.Path, Is.EqualTo(path));
        Assert.That(endpoint.Host, Is.Empty);
        Assert.That(endpoint.ToString(), Is.EqualTo("unix://" + path));
    }

    [TestCase("", "it is empty")]
    [TestCase("localhost:9000", "scheme missing")]
    [TestCase("://localhost:9000", "scheme missing")]
    [TestCase(" tcp://a:1", "position 1")]
    [TestCase("tcp://a:1 ", "position 10")]
    [TestCase("tcp://a\t:1", "position 8")]
    [TestCase("pipe://", "name missing; write pipe://NAME")]
    [TestCase("pipe://a/b", "name 'a/b' has a bad character '/'")]
    [TestCase("unix://@", "name missing after '@'; write unix://@NAME")]
    [TestCase("tcp+secure://host:1", "scheme 'tcp+secure' is not supported by this version")]
    [TestCase("http://host:1", "unknown scheme 'http'; use tcp://, tls://, unix:// or pipe://")]
    [TestCase("tcp://", "host missing")]
    [TestCase("tcp://:9000", "host missing")]
    [TestCase("tcp://host", "port missing after host 'host'; write tcp://HOST:PORT")]
    [TestCase("tcp://host:", "port missing after host 'host'")]
    [TestCase("tcp://[::1]", "port missing after host '::1'")]
    [TestCase("tcp://[::1]9000", "unexpected '9000' after ']'")]
    [TestCase("tcp://[::1:9000", "']' missing")]
    [TestCase("tcp://[]:9000", "'' is not an ipv6 address")]
    [TestCase("tcp://[127.0.0.1]:9000", "only ipv6 addresses go in brackets")]
    [TestCase("tcp://[host]:9000", "'host' is not an ipv6 address")]
    [TestCase("tcp://::1:9000", "put an ipv6 address in brackets")]
    [TestCase("tcp://host:65536", "port '65536' is not a number from 0 to 65535")]
    [TestCase("tcp://host:-1", "port '-1'")]
    [TestCase("tcp://host:+1", "port '+1'")]
    [TestCase("tcp://host:99999999999", "port '99999999999'")]
    [TestCase("tcp://host:http", "port 'http'")]
    [TestCase("tcp://host:9000/", "a path is not allowed after the port; remove '/'")]
    [TestCase("tcp://host:9000/x", "remove '/x'")]
    [TestCase("tcp://host:9000?a=b", "a query is not allowed; remove '?a=b'")]
    [TestCase("tcp://host:9000#x", "a fragment is not allowed; remove '#x'")]
    [TestCase("tcp://me@host:9000", "user info is not allowed")]
    [TestCase("tcp://127.0.0:9000", "'127.0.0' is not an ipv4 address")]
    [TestCase("tcp://127.0.0.256:9000", "'127.0.0.256' is not an ipv4 address")]
    [TestCase("tcp://0127.0.0.1:9000", "'0127.0.0.1' is not an ipv4 address")]
    [TestCase("tcp://12345:9000", "'12345' is not an ipv4 address")]
    [TestCase("tcp://a..b:9000", "bad part ''")]
    [TestCase("tcp://-a:9000", "bad part '-a'")]
    [TestCase("tcp://a*b:9000", "bad character '*'")]
    [TestCase("tcp://hö:9000", "bad character 'ö'")]
    [TestCase("unix://", "path missing")]
    [TestCase("unix://run/x.sock", "path 'run/x.sock' is relative; write an absolute path")]
    [TestCase("unix:///run/", "names a directory")]
    [TestCase("unix:///", "names a directory")]
    [TestCase("unix:///x?mode=1", "a query is not allowed; remove '?mode=1'")]
    [TestCase("unix:///x#y", "a fragment is not allowed")]
    public void TryParse_Malformed_SaysWhatIsWrong(string uri, string expected)
    {
        Assert.That(Endpoint.TryParse(uri, out Endpoint? endpoint, out string? error), Is.False);
        Assert.That(endpoint, Is.Null);
        Assert.That(error, Does.StartWith("endpoint '").And.Contain(expected).And.Not.EndsWith("."));
        Assert.That(() => Endpoint.Parse(uri), Throws.TypeOf<FormatException>().With.Message.EqualTo(error));
    }

    [Test]
    public void TryParse_UserInfo_IsNotRepeatedInTheMessage()
    {
        Assert.That(Endpoint.TryParse("tcp://me:secret@host:1", out _, out string? error), Is.False);
        Assert.That(error, Does.Not.Contain("secret").And.Contain("tcp://***@host:1"));
    }

    [Test]
    public void TryParse_NameTooLong_IsRefused()
    {
        string label = new('a', 63);
        string longest = $"{label}.{label}.{label}.{label[..61]}";
        Assert.That(Endpoint.TryParse($"tcp://{longest}:1", out _, out string? error), Is.True, error);
        Assert.That(Endpoint.TryParse($"tcp://{longest}a:1", out _, out error), Is.False);
        Assert.That(error, Does.Contain("host is 254 characters long"));
        Assert.That(Endpoint.TryParse($"tcp://{label}a:1", out _, out error), Is.False);
        Assert.That(error, Does.Contain("bad part"));
    }

    [Test]
    public void TryParse_UnixPath_MayHave107Bytes()
    {
        Assert.That(Endpoint.TryParse("unix:///" + new string('a', 106), out _, out _), Is.True);
        Assert.That(Endpoint.TryParse("unix:///" + new string('a', 107), out _, out string? error), Is.False);
        Assert.That(error, Does.Contain("path is 108 bytes long; a unix socket path has at most 107"));
        Assert.That(Endpoint.TryParse("unix:///" + new string('ö', 54), out _, out error), Is.False, "bytes");
    }

    [Test]
    public void TryParse_EveryPrefixAndRandomText_NeverThrows()
    {
        int seed = Environment.TickCount;
        TestContext.Out.WriteLine($"seed {seed}");
        Random random = new(seed);
        const string Alphabet = "tcpunix:/[]@?#%.-_019aZ \0ö+";
        for (int i = 0; i < 20_000; i++)
        {
            string head = random.Next(3) switch { 0 => "tcp://", 1 => "unix://", _ => "" };
            string uri = head + new string(random.GetItems<char>(Alphabet, random.Next(20)));
            bool parsed = Endpoint.TryParse(uri, out Endpoint? endpoint, out string? error);
            Assert.That(parsed ? endpoint is not null : error is not null, Is.True, uri);
            Assert.That(!parsed || Endpoint.Parse(endpoint!.ToString()) == endpoint, Is.True, uri);
        }
    }

    [Test]
    public void Equality_IsByValue()
    {
        Endpoint endpoint = Endpoint.Parse("tcp://Host:1");
        Assert.That(endpoint, Is.EqualTo(Endpoint.Parse("tcp://host:01")));
        Assert.That(endpoint.GetHashCode(), Is.EqualTo(Endpoint.Parse("tcp://host:1").GetHashCode()));
        Assert.That(endpoint, Is.Not.EqualTo(Endpoint.Parse("tcp://host:2")));
        Assert.That(Endpoint.Parse("unix:///a"), Is.Not.EqualTo(Endpoint.Parse("unix:///A")));
    }

    [TestCase("tcp://127.0.0.1:1", true)]
    [TestCase("tcp://127.200.3.4:1", true)]
    [TestCase("tcp://[::1]:1", true)]
    [TestCase("tcp://[::ffff:127.0.0.1]:1", true)]
    [TestCase("tcp://LOCALHOST:1", true)]
    [TestCase("unix:///x", true)]
    [TestCase("tcp://0.0.0.0:1", false)]
    [TestCase("tcp://[::]:1", false)]
    [TestCase("tcp://128.0.0.1:1", false)]
    [TestCase("tcp://localhost.example.com:1", false)]
    public void IsLoopback_Endpoint_TellsWhetherBytesStayHere(string uri, bool expected)
    {
        Assert.That(Endpoint.Parse(uri).IsLoopback, Is.EqualTo(expected));
    }
}
