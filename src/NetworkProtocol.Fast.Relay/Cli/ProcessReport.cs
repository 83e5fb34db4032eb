using System;
using System.Collections.Generic;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>Collects what <c>npfast info</c> shows, from the running process wherever it can tell.</summary>
internal static class ProcessReport
{
    internal static IReadOnlyList<InfoSection> Collect() =>
    [
        new InfoSection("npfast",
        [
            ("version", ProcessFacts.Version),
            ("protocol", Text(PacketHeader.Version)),
            ("compilation", ProcessFacts.Compilation),
            ("runtime", RuntimeInformation.FrameworkDescription),
            ("os", RuntimeInformation.OSDescription),
            ("architecture", RuntimeInformation.ProcessArchitecture.ToString()),
            ("processors", Text(Environment.ProcessorCount)),
            ("openssl", OpenSslVersion()),
        ]),
        new InfoSection("sockets",
        [
            ("inline completions", Text(SocketRuntime.InlineCompletions)),
            ("threads", Text(SocketRuntime.SocketThreads)),
            ("descriptors", DescriptorLimit.Soft == long.MaxValue ? "unlimited" : Text(DescriptorLimit.Soft)),
        ]),
        new InfoSection("runtime settings", RuntimeSettings.InForce()),
        new InfoSection("limits", Limits()),
    ];

    private static List<(string Name, string Value)> Limits()
    {
        var link = new LinkOptions();
        var server = new ServerOptions { Listeners = [] };
        return
        [
            ("connections", Text(server.ConnectionsMax)),
            ("memory", new ByteSize(LinkRuntime.MemoryLimitBytesDefault).ToString()),
            ("payload", new ByteSize(link.PayloadBytesMax).ToString()),
            ("name", new ByteSize(PacketLimits.NameBytesMax).ToString()),
            ("requests in flight", Text(link.RequestsInFlightMax)),
            ("send queue", new ByteSize(link.SendQueueLimitBytes).ToString()),
            ("heartbeat", new Duration(link.HeartbeatInterval).ToString()),
            ("handshake", new Duration(link.HandshakeTimeout).ToString()),
            ("slow peer", new Duration(link.SlowPeerTimeout).ToString()),
        ];
    }

    // 0xMNN00PP0: major, minor, patch.
    private static string OpenSslVersion()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "not used";
        }

        try
        {
            long version = SafeEvpPKeyHandle.OpenSslVersion;
            return string.Create(CultureInfo.InvariantCulture,
                $"{version >> 28}.{(version >> 20) & 0xFF}.{(version >> 4) & 0xFF}");
        }
        catch (Exception e) when (
            e is DllNotFoundException or TypeInitializationException or PlatformNotSupportedException)
        {
            return "not found";
        }
    }

    private static string Text(bool value) => value ? "true" : "false";

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
