using System;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Relay.Admin.Http;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>
/// What the admin listener answers. Reading needs no token on this machine; changes always do, and from other machines
/// everything does but the health checks and the page itself, which has no data. Thread-safe.
/// </summary>
internal sealed class AdminSite(AdminOptions options, AdminContext context, AdminToken? token, History history)
{
    private const int ConnectionsDefault = 100;
    private const int ConnectionsMax = 10_000;

    private readonly ILogger logger = context.Runtime.Loggers.CreateLogger(LoggingOptions.CategoryPrefix + "Admin");
    private readonly StatusBuilder status = new(context);
    private readonly AdminChanges changes = new(context);
    private readonly LogPace wrongTokens = new();

    /// <summary>Answers; never throws.</summary>
    internal async ValueTask<HttpResponse> HandleAsync(HttpRequest request, TransportConnection client)
    {
        try
        {
            return Refuse(request, client) ?? await AnswerAsync(request, client).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A fault in a report ends that report, not the relay.
        catch (Exception e)
#pragma warning restore CA1031
        {
            AdminLog.Failed(logger, e, request.Method, request.Path);
            return HttpResponse.Fault(500, "this failed; the log says why");
        }
    }

    // Whether the client may ask this at all.
    private HttpResponse? Refuse(HttpRequest request, TransportConnection client)
    {
        if (!IsOwnName(request.Header("host")))
        {
            // A page from elsewhere whose name was made to point here must not read what this machine's user may.
            return HttpResponse.Fault(421, "this name is not served here; use an address or localhost");
        }

        bool isOpen = request.Path is "/healthz" or "/readyz" || PageFiles.TryFind(request.Path, out _, out _);
        if (request.Method == "POST" || (!options.Endpoint.IsLoopback && !isOpen))
        {
            return RefuseUnlessTrusted(request, client);
        }

        return null;
    }

    private HttpResponse? RefuseUnlessTrusted(HttpRequest request, TransportConnection client)
    {
        if (token is null)
        {
            return HttpResponse.Fault(403, "no token is configured: start with --admin-token-file to allow changes");
        }

        string? authorization = request.Header("authorization");
        if (token.IsPresentedBy(authorization))
        {
            return null;
        }

        if (authorization is not null && wrongTokens.TryTell(context.Runtime.Wheel.NowMs, out long before))
        {
            AdminLog.WrongToken(logger, client.Remote.ToString(), before);
        }

        string why = authorization is null ? "this needs the token" : "the token is not the right one";
        return HttpResponse.Fault(401, why, ("WWW-Authenticate", "Bearer realm=\"npfast\""));
    }

    // On loopback a browser can be led here under any name (DNS rebinding); what is addressed by number or by the name
    // of this machine's loopback is meant. Elsewhere the token protects.
    private bool IsOwnName(string? host)
    {
        if (host is null || options.Endpoint.Scheme != EndpointScheme.Tcp || !options.Endpoint.IsLoopback)
        {
            return true;
        }

        int colon = host.LastIndexOf(':');
        string name = colon > host.LastIndexOf(']') ? host[..colon] : host;
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || name == options.Endpoint.Host
            || IPAddress.TryParse(name.Trim('[', ']'), out _);
    }

    private async ValueTask<HttpResponse> AnswerAsync(HttpRequest request, TransportConnection client)
    {
        bool isChange = request.Path is "/api/drain" or "/api/reload";
        if (request.Method == "POST")
        {
            string from = client.Remote.ToString();
            return request.Path switch
            {
                "/api/drain" => Json(202, changes.Drain(logger, from), AdminJson.Default.ChangeReport),
                "/api/reload" => await ReloadAsync(from).ConfigureAwait(false),
                "/api/log-level" => ChangeLevel(request, from),
                _ when IsKnown(request.Path) => NotAllowed("GET, HEAD"),
                _ => NotFound(),
            };
        }

        return isChange ? NotAllowed("POST") : Read(request);
    }

    private HttpResponse Read(HttpRequest request)
    {
        switch (request.Path)
        {
            case "/metrics":
                return new HttpResponse(200, PrometheusText.ContentType,
                    Encoding.UTF8.GetBytes(PrometheusText.Write(context.Runtime.Metrics.Collect())));
            case "/healthz":
                return new HttpResponse(200, HttpResponse.Text, "ok\n"u8.ToArray());
            case "/readyz":
                ReadyReport ready = status.ReadyNow();
                return Json(ready.Ready ? 200 : 503, ready, AdminJson.Default.ReadyReport);
            case "/api/status":
                return Json(200, status.StatusNow(), AdminJson.Default.StatusReport);
            case "/api/history":
                double[] bounds = Diagnostics.LatencyBuckets.Bounds.ToArray();
                return Json(200, new HistoryReport(History.IntervalMs, bounds, history.Samples),
                    AdminJson.Default.HistoryReport);
            case "/api/connections":
                return Connections(request.Parameter("limit"));
            case "/api/log-level":
                return Json(200, status.LevelsNow(), AdminJson.Default.LogLevelReport);
            default:
                return PageFiles.TryFind(request.Path, out string type, out byte[] content)
                    ? new HttpResponse(200, type, content)
                    : NotFound();
        }
    }

    private HttpResponse Connections(string? limit)
    {
        int count = ConnectionsDefault;
        return limit is not null && (!int.TryParse(limit, out count) || count is < 1 or > ConnectionsMax)
            ? HttpResponse.Fault(400, $"limit is not a number from 1 to {ConnectionsMax}")
            : Json(200, status.ConnectionsNow(count), AdminJson.Default.ConnectionsReport);
    }

    private async ValueTask<HttpResponse> ReloadAsync(string from)
    {
        ReloadReport report = await changes.ReloadAsync(logger, from).ConfigureAwait(false);
        return Json(report.Done ? 200 : 422, report, AdminJson.Default.ReloadReport);
    }

    private HttpResponse ChangeLevel(HttpRequest request, string from)
    {
        LogLevelChange? change;
        try
        {
            change = JsonSerializer.Deserialize(request.Body, AdminJson.Default.LogLevelChange);
        }
        catch (JsonException)
        {
            change = null;
        }

        if (change is null)
        {
            return HttpResponse.Fault(400, """the body is not {"level":"debug"}, with a "category" if one is meant""");
        }

        ChangeReport report = changes.SetLevel(logger, from, change);
        return Json(report.Done ? 200 : 422, report, AdminJson.Default.ChangeReport);
    }

    private static bool IsKnown(string path) => PageFiles.TryFind(path, out _, out _)
        || path is "/metrics" or "/healthz" or "/readyz" or "/api/status" or "/api/history" or "/api/connections";

    private static HttpResponse NotFound() => HttpResponse.Fault(404, "there is nothing here");

    private static HttpResponse NotAllowed(string allowed) =>
        HttpResponse.Fault(405, $"only {allowed} is possible here", ("Allow", allowed));

    private static HttpResponse Json<T>(int status, T report, JsonTypeInfo<T> type) =>
        new(status, HttpResponse.Json, JsonSerializer.SerializeToUtf8Bytes(report, type));
}
