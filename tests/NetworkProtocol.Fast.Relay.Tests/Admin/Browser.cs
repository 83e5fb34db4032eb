using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Tests.Shared;

namespace NetworkProtocol.Fast.Relay.Tests.Admin;

/// <summary>Headless Chromium with one page, steered over its DevTools protocol. It notes whatever goes wrong in
/// it.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly string[] Candidates =
        ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private readonly Process process;
    private readonly TemporaryFolder profile;
    private readonly ClientWebSocket socket = new();
    private readonly Dictionary<int, TaskCompletionSource<JsonNode>> waiting = [];
    private Task reading = Task.CompletedTask;
    private int lastId;

    private Browser(Process process, TemporaryFolder profile)
    {
        this.process = process;
        this.profile = profile;
    }

    /// <summary>Where it is; null if it is not installed. NPFAST_CHROMIUM may name it.</summary>
    internal static string? Path => Environment.GetEnvironmentVariable("NPFAST_CHROMIUM") is { Length: > 0 } named
        ? named
        : Candidates.FirstOrDefault(File.Exists);

    /// <summary>Errors of the page: messages to the console, exceptions, what could not be loaded or was
    /// forbidden.</summary>
    internal List<string> Errors { get; } = [];

    /// <summary>Opens a page in a fresh browser.</summary>
    internal static async Task<Browser> OpenAsync(string url, CancellationToken cancellation)
    {
        var profile = new TemporaryFolder();
        string folder = profile.File("profile");
        var start = new ProcessStartInfo(Path!,
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
            "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
            "--window-size=1280,1500", "--remote-debugging-port=0", $"--user-data-dir={folder}", "about:blank",
        ])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        Process process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, _) => { };
        process.OutputDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        var browser = new Browser(process, profile);
        string portFile = System.IO.Path.Combine(folder, "DevToolsActivePort");
        await Eventually.HoldsAsync(
            () => File.Exists(portFile) && File.ReadAllLines(portFile).Length == 2, "the browser listens");
        int port = int.Parse((await File.ReadAllLinesAsync(portFile, cancellation))[0]);
        using var http = new System.Net.Http.HttpClient();
        string targets = await http.GetStringAsync($"http://127.0.0.1:{port}/json/list", cancellation);
        string page = JsonNode.Parse(targets)!.AsArray()
            .First(static t => t!["type"]!.GetValue<string>() == "page")!["webSocketDebuggerUrl"]!.GetValue<string>();
        await browser.socket.ConnectAsync(new Uri(page), cancellation);
        browser.reading = browser.ReadAsync();
        foreach (string domain in new[] { "Runtime.enable", "Log.enable", "Page.enable", "Network.enable" })
        {
            await browser.SendAsync(domain, [], cancellation);
        }

        await browser.SendAsync("Page.navigate", new JsonObject { ["url"] = url }, cancellation);
        return browser;
    }

    /// <summary>The value of an expression in the page.</summary>
    internal async Task<JsonNode?> EvaluateAsync(string expression, CancellationToken cancellation)
    {
        JsonNode answer = await SendAsync("Runtime.evaluate",
            new JsonObject { ["expression"] = expression, ["returnByValue"] = true }, cancellation);
        return answer["result"]?["value"];
    }

    /// <summary>Waits until an expression in the page is true.</summary>
    internal Task HoldsAsync(string expression, CancellationToken cancellation) => Eventually.HoldsAsync(
        () => EvaluateAsync(expression, cancellation).GetAwaiter().GetResult()?.GetValueKind() == JsonValueKind.True,
        $"{expression}; {string.Join("; ", Errors)}");

    /// <summary>A picture of the page as PNG.</summary>
    internal async Task<byte[]> PictureAsync(CancellationToken cancellation)
    {
        JsonNode answer = await SendAsync(
            "Page.captureScreenshot", new JsonObject { ["format"] = "png" }, cancellation);
        return Convert.FromBase64String(answer["data"]!.GetValue<string>());
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        await reading;
        socket.Dispose();
        process.Dispose();
        await Eventually.HoldsAsync(TryRemoveProfile, "its files are gone");
    }

    // Its last children may still write while they end.
    private bool TryRemoveProfile()
    {
        try
        {
            profile.Dispose();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private async Task<JsonNode> SendAsync(string method, JsonObject parameters, CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<JsonNode>(TaskCreationOptions.RunContinuationsAsynchronously);
        int id = Interlocked.Increment(ref lastId);
        lock (waiting)
        {
            waiting.Add(id, answer);
        }

        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        await socket.SendAsync(
            JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, true, cancellation);
        return await answer.Task.WaitAsync(cancellation);
    }

    private async Task ReadAsync()
    {
        byte[] buffer = new byte[16 << 20];
        try
        {
            while (true)
            {
                int count = 0;
                ValueWebSocketReceiveResult received;
                do
                {
                    received = await socket.ReceiveAsync(buffer.AsMemory(count), CancellationToken.None);
                    count += received.Count;
                }
                while (!received.EndOfMessage);

                if (received.MessageType == WebSocketMessageType.Close)
                {
                    return;
                }

                Handle(JsonNode.Parse(buffer.AsSpan(0, count))!);
            }
        }
        catch (WebSocketException)
        {
            // The browser was killed.
        }
    }

    private void Handle(JsonNode message)
    {
        if (message["id"] is { } id)
        {
            lock (waiting)
            {
                waiting.Remove(id.GetValue<int>(), out TaskCompletionSource<JsonNode>? answer);
                answer?.TrySetResult(message["result"] ?? new JsonObject());
            }

            return;
        }

        JsonNode parameters = message["params"]!;
        bool isError = message["method"]!.GetValue<string>() switch
        {
            "Runtime.exceptionThrown" or "Network.loadingFailed" => true,
            "Runtime.consoleAPICalled" => parameters["type"]!.GetValue<string>() is "error" or "warning" or "assert",
            "Log.entryAdded" => parameters["entry"]!["level"]!.GetValue<string>() is "error" or "warning",
            _ => false,
        };
        if (isError)
        {
            lock (Errors)
            {
                Errors.Add(message.ToJsonString());
            }
        }
    }
}
