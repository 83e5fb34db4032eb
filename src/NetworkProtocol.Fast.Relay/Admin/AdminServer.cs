using System;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Diagnostics;
using NetworkProtocol.Fast.Relay.Admin.Http;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>The admin listener of a relay, from its opening to its end. Answers until it is disposed, also while the
/// relay drains.</summary>
internal sealed class AdminServer : IAsyncDisposable
{
    private readonly HttpServer http;
    private readonly History history;
    private readonly ProcessMetrics process;
    private readonly IMetricSource logLoss;
    private readonly MetricRegistry metrics;

    private AdminServer(AdminOptions options, AdminContext context, AdminToken? token, ILogger logger)
    {
        metrics = context.Runtime.Metrics;
        process = new ProcessMetrics(context.Logging.AppName, context.Version, context.Started);
        metrics.Add(process);
        logLoss = context.LogLoss;
        metrics.Add(logLoss);
        history = new History(metrics, logger);
        var site = new AdminSite(options, context, token, history);
        http = new HttpServer(new HttpLimits { ConnectionsMax = options.ConnectionsMax }, site.HandleAsync);
    }

    /// <summary>Where it listens, with the real port.</summary>
    internal Endpoint Endpoint { get; private set; } = null!;

    /// <summary>Opens the listener.</summary>
    /// <exception cref="TransportException">The endpoint cannot be listened on; the message says why.</exception>
    internal static async Task<AdminServer> StartAsync(AdminOptions options, AdminContext context, AdminToken? token)
    {
        options.Validate();
        if (!options.Endpoint.IsLoopback && token is null)
        {
            throw new ArgumentException($"{options.Endpoint} can be reached from other machines, so it needs a token");
        }

        ILogger logger = context.Runtime.Loggers.CreateLogger(LoggingOptions.CategoryPrefix + "Admin");
        var server = new AdminServer(options, context, token, logger);
        try
        {
            server.Endpoint = server.http.Start(options.Endpoint, options.Inherited);
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        if (!options.Endpoint.IsLoopback)
        {
            AdminLog.Remote(logger, server.Endpoint);
        }

        AdminLog.Open(logger, server.Endpoint.Scheme == EndpointScheme.Tcp
            ? "http" + server.Endpoint.ToString()["tcp".Length..] + "/"
            : server.Endpoint.ToString());
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await http.DisposeAsync().ConfigureAwait(false);
        history.Dispose();
        metrics.Remove(logLoss);
        metrics.Remove(process);
    }
}
