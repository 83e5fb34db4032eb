using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Server;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Admin;

/// <summary>The status page in a real browser. NPFAST_SCREENSHOT names a file that gets a picture of it.</summary>
[TestFixture]
[Category("Binary")]
[CancelAfter(180_000)]
internal sealed partial class StatusPageTests
{
    private static CancellationToken Cancellation => TestContext.CurrentContext.CancellationToken;

    [SetUp]
    public void RequireBrowser()
    {
        if (Browser.Path is null)
        {
            const string Reason = "Chromium is not installed (apt-get install chromium)";
            if (Environment.GetEnvironmentVariable("CI") is { Length: > 0 })
            {
                Assert.Fail(Reason);
            }

            Assert.Ignore(Reason);
        }
    }

    [Test]
    public async Task Page_UnderLoad_ShowsNumbersThatMoveAndNoError()
    {
        using var runtime = new LinkRuntime();
        await using var upstream = new PacketServer(
            new ServerOptions
            {
                Listeners = [new ServerListener(Endpoint.Parse("tcp://127.0.0.1:0")) { Session = SessionKind.Plain }],
            },
            new HandlerTable().Map("orders.*", static (ref PacketContext c) => c.Reply(c.Payload)), runtime);
        upstream.Start();
        using AdminRelay relay = await AdminRelay.StartAsync("--upstream", $"orders={upstream.Endpoints[0]}",
            "--upstream-session", "orders=plain", "--route", "orders.*=orders");
        await relay.ReadyAsync(Cancellation);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Task[] load =
        [
            .. Enumerable.Range(0, 6).Select(i => Task.Run(() => LoadAsync(relay, runtime, $"client {i}", stop.Token))),
        ];
        await using Browser browser = await Browser.OpenAsync(Url(relay), Cancellation);
        await browser.HoldsAsync("document.getElementById('state').textContent === 'ready'", Cancellation);
        await browser.HoldsAsync("document.querySelectorAll('#connections tr').length === 7", Cancellation);
        await browser.HoldsAsync(
            "parseFloat(document.getElementById('tile-requests').textContent) > 0", Cancellation);
        double first = await RequestsAsync(browser);
        await Eventually.HoldsAsync(() => RequestsAsync(browser).GetAwaiter().GetResult() > first, "requests rise");
        await browser.HoldsAsync(
            "document.querySelector('#plot-requests path').getAttribute('d').split('L').length > 5", Cancellation);
        foreach (string id in new[] { "tile-p50", "tile-p99", "tile-in", "tile-out", "tile-cpu", "tile-pool" })
        {
            string? shown = (await browser.EvaluateAsync(
                $"document.getElementById('{id}').textContent", Cancellation))?.GetValue<string>();
            Assert.That(shown, Does.Match(@"^\d"), id);
        }

        // What a client calls itself is text.
        Assert.That((await browser.EvaluateAsync(
            "document.getElementById('connections').textContent.includes('<img src=x> 3')", Cancellation))?
            .GetValueKind(), Is.EqualTo(JsonValueKind.True));
        Assert.That((await browser.EvaluateAsync("document.images.length", Cancellation))?.GetValue<int>(),
            Is.EqualTo(1), "the icon");
        byte[] picture = await browser.PictureAsync(Cancellation);
        Assert.That(picture, Has.Length.GreaterThan(20_000));
        if (Environment.GetEnvironmentVariable("NPFAST_SCREENSHOT") is { Length: > 0 } file)
        {
            await File.WriteAllBytesAsync(file, picture, Cancellation);
        }

        Assert.That(browser.Errors, Is.Empty);
        await stop.CancelAsync();
        await Task.WhenAll(load);
        relay.Process.Kill();
        await browser.HoldsAsync("document.getElementById('state').textContent === 'no answer'", Cancellation);
        await browser.HoldsAsync("!document.getElementById('trouble').hidden", Cancellation);
    }

    [Test]
    public async Task Page_OfARelayThatAsksForTheToken_ShowsNothingWithoutIt()
    {
        using AdminRelay relay = await AdminRelay.StartAtAsync(
            static _ => "tcp://0.0.0.0:0", "--admin-access", "remote");
        await using Browser browser = await Browser.OpenAsync(Url(relay), Cancellation);
        await browser.HoldsAsync("!document.getElementById('login').hidden", Cancellation);
        await EnterAsync(browser, "wrong");
        await browser.HoldsAsync(
            "document.getElementById('trouble').textContent === 'the token is not the right one'", Cancellation);
        await browser.HoldsAsync("document.getElementById('data').hidden", Cancellation);
        await EnterAsync(browser, AdminRelay.Token);
        await browser.HoldsAsync("document.getElementById('state').textContent === 'ready'", Cancellation);
        await browser.HoldsAsync("document.getElementById('login').hidden", Cancellation);
        await browser.HoldsAsync("!location.href.includes('horse')", Cancellation);
    }

    [Test]
    public void Page_OfTheSource_NamesNothingFromElsewhere()
    {
        string folder = RepositoryRoot.Combine("src", "NetworkProtocol.Fast.Relay", "Admin", "Page");
        foreach (string file in Directory.GetFiles(folder))
        {
            string text = File.ReadAllText(file).Replace("http://www.w3.org/2000/svg", string.Empty);
            Assert.That(text, Does.Not.Contain("//www.").And.Not.Contain("http:").And.Not.Contain("https:"), file);
            Assert.That(Inline().IsMatch(text), Is.False, $"{file} has a script or style in line, which is forbidden");
            Assert.That(text, Does.Not.Contain("innerHTML").And.Not.Contain("eval("), file);
        }
    }

    private static string Url(AdminRelay relay) =>
        string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{relay.Endpoint.Port}/");

    private static async Task EnterAsync(Browser browser, string token) => await browser.EvaluateAsync(
        $"document.getElementById('token').value = '{token}'; document.querySelector('#login button').click()",
        Cancellation);

    private static async Task<double> RequestsAsync(Browser browser) => (await browser.EvaluateAsync(
        "samples[samples.length - 1].requests", Cancellation))?.GetValue<double>() ?? 0;

    private static async Task LoadAsync(AdminRelay relay, LinkRuntime runtime, string name, CancellationToken stop)
    {
        var options = Plain.Client with { Link = new LinkOptions { Software = name.Replace("client", "<img src=x>") } };
        await using PacketClient client = await PacketClient.ConnectAsync(
            relay.Process.Endpoints[0], runtime, options, Cancellation);
        byte[] payload = new byte[200];
        while (!stop.IsCancellationRequested)
        {
            using PacketReply reply = await client.RequestAsync("orders.new", payload, cancellationToken: Cancellation);
            await Task.Delay(1, CancellationToken.None);
        }
    }

    [GeneratedRegex(@"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=")]
    private static partial Regex Inline();
}
