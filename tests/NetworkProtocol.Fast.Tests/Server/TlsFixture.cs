using System;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Tests.Shared;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>A CA, and servers whose certificate it has issued.</summary>
internal abstract class TlsFixture
{
    internal TestCertificates Files { get; private set; } = null!;

    [SetUp]
    public void SetUp() => Files = new TestCertificates();

    [TearDown]
    public void TearDown() => Files.Dispose();

    internal ServerHarness Start(
        Func<TlsServerOptions, TlsServerOptions>? change = null, HandlerTable? handlers = null,
        LinkOptions? link = null, ILoggerFactory? loggers = null, Action? prepare = null)
    {
        prepare?.Invoke();
        var options = new TlsServerOptions { Certificates = [Files.Issue("server")] };
        return new ServerHarness(handlers, link, loggers: loggers, listener:
            new ServerListener(Endpoint.Parse("tls://127.0.0.1:0")) { Tls = change?.Invoke(options) ?? options });
    }

    internal Task<PacketClient> ConnectAsync(
        ServerHarness harness, Func<TlsClientOptions, TlsClientOptions>? change = null)
    {
        var options = new TlsClientOptions { RootsFile = Files.Roots };
        return PacketClient.ConnectAsync(harness.Endpoint, harness.Runtime,
            new ClientOptions { Tls = change?.Invoke(options) ?? options });
    }
}
