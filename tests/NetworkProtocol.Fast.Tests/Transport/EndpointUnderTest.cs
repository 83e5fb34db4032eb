using System;
using System.IO;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Transport;

/// <summary>A free endpoint of one kind to listen on, with a folder of its own for what needs one.</summary>
internal sealed class EndpointUnderTest : IDisposable
{
    private readonly DirectoryInfo? folder;

    internal EndpointUnderTest(TransportKind kind)
    {
        if (kind == TransportKind.Abstract && !OperatingSystem.IsLinux())
        {
            Assert.Ignore("only Linux has abstract names");
        }

        folder = kind == TransportKind.Unix ? Directory.CreateTempSubdirectory("npfast-") : null;
        Endpoint = Endpoint.Parse(kind switch
        {
            TransportKind.Tcp => "tcp://127.0.0.1:0",
            TransportKind.Unix => $"unix://{folder!.FullName}/s",
            TransportKind.Abstract => $"unix://@npfast-{Guid.NewGuid():N}",
            TransportKind.Pipe => $"pipe://npfast-{Guid.NewGuid():N}",
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "it has no endpoint"),
        });
    }

    internal Endpoint Endpoint { get; }

    public void Dispose() => folder?.Delete(recursive: true);
}
