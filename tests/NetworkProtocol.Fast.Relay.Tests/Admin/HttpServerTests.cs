using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Admin.Http;
using NetworkProtocol.Fast.Transport;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Admin;

/// <summary>The HTTP server of the admin listener against clients of every kind, over real sockets.</summary>
[TestFixture]
[CancelAfter(60_000)]
internal sealed class HttpServerTests
{
    private const string Host = "Host: localhost\r\n";

    private HttpServer server = null!;
    private Endpoint endpoint = null!;

    [SetUp]
    public void SetUp()
    {
        var limits = new HttpLimits
        {
            ConnectionsMax = 8,
            RequestsMax = 100,
            RequestTimeout = TimeSpan.FromMilliseconds(400),
            IdleTimeout = TimeSpan.FromMilliseconds(800),
            ResponseTimeout = TimeSpan.FromMilliseconds(500),
            LingerTimeout = TimeSpan.FromMilliseconds(300),
        };
        server = new HttpServer(limits, static (request, _) =>
        {
            string said = $"{request.Method} {request.Path}?{request.Query} {Encoding.UTF8.GetString(request.Body)}";
            byte[] body = request.Path == "/large" ? new byte[64 << 20] : Encoding.UTF8.GetBytes(said);
            return ValueTask.FromResult(new HttpResponse(200, HttpResponse.Text, body));
        });
        endpoint = server.Start(Endpoint.Parse("tcp://127.0.0.1:0"));
    }

    [TearDown]
    public async Task TearDown() => await server.DisposeAsync();

    [TestCase("GET / HTTP/1.1\r\n" + Host, "GET /? ")]
    [TestCase("GET /a%20b/%C3%BC?x=%20 HTTP/1.1\r\n" + Host, "GET /a b/ü?x=%20 ")]
    [TestCase("GET /%2e%2e/%2Fetc HTTP/1.1\r\n" + Host, "GET /..//etc? ")]
    [TestCase("GET http://localhost/path HTTP/1.1\r\n" + Host, "GET /path? ")]
    [TestCase("\r\nGET /after-an-empty-line HTTP/1.1\r\n" + Host, "GET /after-an-empty-line? ")]
    [TestCase("GET / HTTP/1.0\r\n", "GET /? ")]
    [TestCase("POST /p HTTP/1.1\r\n" + Host + "Content-Length: 0\r\n", "POST /p? ")]
    [TestCase("GET / HTTP/1.1\r\n" + Host + "X-One: a\r\nX-One: b\r\nX-Empty:\r\n", "GET /? ")]
    public async Task Request_WellFormed_IsAnswered(string head, string expected)
    {
        using RawHttp http = await ConnectAsync();
        await http.SendAsync(head + "\r\n", Cancellation);
        RawResponse response = await http.ReadAsync(Cancellation);
        Assert.That((response.Status, response.Body), Is.EqualTo((200, expected)));
        Assert.That(response.Headers["X-Content-Type-Options"], Is.EqualTo("nosniff"));
        Assert.That(response.Headers["Content-Security-Policy"], Does.StartWith("default-src 'none'"));
        Assert.That(response.Headers["Cache-Control"], Is.EqualTo("no-store"));
        Assert.That(response.Headers["Connection"],
            Is.EqualTo(head.Contains("1.0", StringComparison.Ordinal) ? "close" : "keep-alive"));
    }

    [TestCase("GET\r\n\r\n", 400)]
    [TestCase("GET / HTTP/1.1 x\r\n" + Host + "\r\n", 400)]
    [TestCase("GET  / HTTP/1.1\r\n" + Host + "\r\n", 400)]
    [TestCase("GET /\tx HTTP/1.1\r\n" + Host + "\r\n", 400)]
    [TestCase("G(T / HTTP/1.1\r\n" + Host + "\r\n", 400)]
    [TestCase("GET relative HTTP/1.1\r\n" + Host + "\r\n", 400)]
    [TestCase("GET * HTTP/1.1\r\n" + Host + "\r\n", 400)]
    [TestCase("GET /%zz HTTP/1.1\r\n" + Host + "\r\n", 400)]
    [TestCase("GET /%2 HTTP/1.1\r\n" + Host + "\r\n", 400)]
    [TestCase("GET /%00 HTTP/1.1\r\n" + Host + "\r\n", 400)]
    [TestCase("GET /%0d%0aX:y HTTP/1.1\r\n" + Host + "\r\n", 400)]
    [TestCase("GET /%ff%fe HTTP/1.1\r\n" + Host + "\r\n", 400)]
    [TestCase("GET / HTTP/1.1\r\n\r\n", 400)]
    [TestCase("GET / HTTP/1.1\r\n" + Host + Host + "\r\n", 400)]
    [TestCase("GET / HTTP/1.1\r\n" + Host + " folded: yes\r\n\r\n", 400)]
    [TestCase("GET / HTTP/1.1\r\n" + Host + "X : y\r\n\r\n", 400)]
    [TestCase("GET / HTTP/1.1\r\n" + Host + "no colon\r\n\r\n", 400)]
    [TestCase("GET / HTTP/1.1\r\n" + Host + "X: a\rb\r\n\r\n", 400)]
    [TestCase("GET / HTTP/1.1\r\n" + Host + "X: a\0b\r\n\r\n", 400)]
    [TestCase("POST / HTTP/1.1\r\n" + Host + "\r\n", 411)]
    [TestCase("POST / HTTP/1.1\r\n" + Host + "Content-Length: -1\r\n\r\n", 400)]
    [TestCase("POST / HTTP/1.1\r\n" + Host + "Content-Length: 1, 1\r\n\r\n", 400)]
    [TestCase("POST / HTTP/1.1\r\n" + Host + "Content-Length: 99999999999999999999\r\n\r\n", 400)]
    [TestCase("POST / HTTP/1.1\r\n" + Host + "Content-Length: 4097\r\n\r\n", 413)]
    [TestCase("POST / HTTP/1.1\r\n" + Host + "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400)]
    [TestCase("POST / HTTP/1.1\r\n" + Host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501)]
    [TestCase("POST / HTTP/1.1\r\n" + Host + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 501)]
    [TestCase("POST / HTTP/1.1\r\n" + Host + "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n", 417)]
    [TestCase("DELETE / HTTP/1.1\r\n" + Host + "\r\n", 405)]
    [TestCase("OPTIONS / HTTP/1.1\r\n" + Host + "\r\n", 405)]
    [TestCase("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505)]
    [TestCase("\u0016\u0003\u0001 \u0002 \u0001\r\n\r\n", 400)]
    public async Task Request_Malformed_IsRefusedAndTheConnectionClosed(string request, int status)
    {
        using RawHttp http = await ConnectAsync();
        await http.SendAsync(request, Cancellation);
        RawResponse response = await http.ReadAsync(Cancellation);
        Assert.That(response.Status, Is.EqualTo(status), response.Body);
        Assert.That(response.Headers["Connection"], Is.EqualTo("close"));
        Assert.That(response.Body, Does.EndWith("\n").And.Length.GreaterThan(5), "it says what is wrong");
        http.EndSending();
        Assert.That(await http.EndsAsync(Cancellation), Is.True);
    }

    [TestCase(8 << 10)]
    [TestCase(64 << 10)]
    public async Task Request_HeadTooLong_IsRefused(int bytes)
    {
        using RawHttp http = await ConnectAsync();
        await http.SendAsync($"GET / HTTP/1.1\r\n{Host}X: {new string('x', bytes)}", Cancellation);
        Assert.That((await http.ReadAsync(Cancellation)).Status, Is.EqualTo(431));
    }

    [Test]
    public async Task Request_TooManyHeaders_IsRefused()
    {
        using RawHttp http = await ConnectAsync();
        string headers = string.Concat(Enumerable.Range(0, 65).Select(static i => $"X{i}: y\r\n"));
        await http.SendAsync($"GET / HTTP/1.1\r\n{headers}\r\n", Cancellation);
        Assert.That((await http.ReadAsync(Cancellation)).Status, Is.EqualTo(431));
    }

    [Test]
    public async Task Requests_Pipelined_AreAnsweredInOrder()
    {
        using RawHttp http = await ConnectAsync();
        await http.SendAsync($"GET /1 HTTP/1.1\r\n{Host}\r\nPOST /2 HTTP/1.1\r\n{Host}Content-Length: 3\r\n\r\nabc"
            + $"HEAD /3 HTTP/1.1\r\n{Host}\r\nGET /4 HTTP/1.1\r\n{Host}Connection: close\r\n\r\n", Cancellation);
        Assert.That((await http.ReadAsync(Cancellation)).Body, Is.EqualTo("GET /1? "));
        Assert.That((await http.ReadAsync(Cancellation)).Body, Is.EqualTo("POST /2? abc"));
        RawResponse head = await http.ReadAsync(Cancellation, isHead: true);
        Assert.That(head.Headers["Content-Length"], Is.EqualTo("9"), "what GET would have");
        Assert.That((await http.ReadAsync(Cancellation)).Body, Is.EqualTo("GET /4? "));
        Assert.That(await http.EndsAsync(Cancellation), Is.True);
    }

    [Test]
    public async Task Request_ByteByByte_IsAnsweredIfItIsQuickEnough()
    {
        using RawHttp http = await ConnectAsync();
        foreach (char c in $"POST /slow HTTP/1.1\r\n{Host}Content-Length: 2\r\n\r\nok")
        {
            await http.SendAsync(c.ToString(), Cancellation);
        }

        Assert.That((await http.ReadAsync(Cancellation)).Body, Is.EqualTo("POST /slow? ok"));
    }

    [TestCase("GET / HT")]
    [TestCase("POST / HTTP/1.1\r\n" + Host + "Content-Length: 10\r\n\r\n")]
    public async Task Request_DrippedForTooLong_IsRefusedHoweverManyBytesCome(string beginning)
    {
        using RawHttp http = await ConnectAsync();
        await http.SendAsync(beginning, Cancellation);
        Task<RawResponse> answer = http.ReadAsync(Cancellation);
        try
        {
            while (!answer.IsCompleted)
            {
                await http.SendAsync(beginning.StartsWith('G') ? "x" : string.Empty, Cancellation);
                await Task.WhenAny(answer, Task.Delay(50, Cancellation));
            }
        }
        catch (IOException)
        {
            // The server closes after its answer.
        }

        Assert.That((await answer).Status, Is.EqualTo(408));
    }

    [Test]
    public async Task Connection_ThatSaysNothing_IsClosed()
    {
        using RawHttp http = await ConnectAsync();
        Assert.That(await http.EndsAsync(Cancellation), Is.True);
    }

    [Test]
    public async Task Connection_ThatDoesNotReadItsResponse_IsCutAndHoldsUpNobody()
    {
        using RawHttp stalled = await ConnectAsync();
        await stalled.SendAsync($"GET /large HTTP/1.1\r\n{Host}\r\n", Cancellation);
        Assert.That((await RawHttp.AskAsync(endpoint, "GET", "/", Cancellation)).Status, Is.EqualTo(200));
        Assert.That(async () => await stalled.ReadAsync(Cancellation),
            Throws.InstanceOf<IOException>().After(3).Seconds.PollEvery(1500));
    }

    [Test]
    public async Task Connections_BeyondTheLimit_AreClosedAtOnceAndOthersServed()
    {
        var open = new List<RawHttp>();
        try
        {
            for (int i = 0; i < 8; i++)
            {
                open.Add(await ConnectAsync());
                await open[i].SendAsync($"GET /{i} HTTP/1.1\r\n{Host}\r\n", Cancellation);
                Assert.That((await open[i].ReadAsync(Cancellation)).Status, Is.EqualTo(200));
            }

            using RawHttp further = await ConnectAsync();
            Assert.That(await further.EndsAsync(Cancellation), Is.True);
            Assert.That(server.Refused, Is.EqualTo(1));
            await open[3].SendAsync($"GET /again HTTP/1.1\r\n{Host}\r\n", Cancellation);
            Assert.That((await open[3].ReadAsync(Cancellation)).Status, Is.EqualTo(200));
        }
        finally
        {
            open.ForEach(static http => http.Dispose());
        }

        // Their places are free again.
        await Eventually.HoldsAsync(() => ServesAsync().GetAwaiter().GetResult());
    }

    [Test]
    public async Task Connection_WithManyRequests_IsClosedAfterTheLast()
    {
        using RawHttp http = await ConnectAsync();
        for (int i = 1; i <= 100; i++)
        {
            await http.SendAsync($"GET /{i} HTTP/1.1\r\n{Host}\r\n", Cancellation);
            RawResponse response = await http.ReadAsync(Cancellation);
            Assert.That(response.Headers["Connection"], Is.EqualTo(i < 100 ? "keep-alive" : "close"));
        }

        Assert.That(await http.EndsAsync(Cancellation), Is.True);
    }

    [Test]
    public async Task Garbage_OfAnyKind_NeverStopsTheServer()
    {
        var random = new Random(7);
        for (int i = 0; i < 200; i++)
        {
            using RawHttp http = await ConnectAsync();
            byte[] garbage = new byte[random.Next(1, 3000)];
            random.NextBytes(garbage);
            try
            {
                await http.SendAsync(Encoding.Latin1.GetString(garbage) + "\r\n\r\n", Cancellation);
                http.EndSending();
                Assert.That((await http.ReadAsync(Cancellation)).Status, Is.InRange(400, 505));
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                // Its place was not free again yet.
            }
        }

        await Eventually.HoldsAsync(() => ServesAsync().GetAwaiter().GetResult());
    }

    private static CancellationToken Cancellation => TestContext.CurrentContext.CancellationToken;

    private async Task<bool> ServesAsync()
    {
        try
        {
            return (await RawHttp.AskAsync(endpoint, "GET", "/", Cancellation)).Status == 200;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private Task<RawHttp> ConnectAsync() => RawHttp.ConnectAsync(endpoint, Cancellation);
}
