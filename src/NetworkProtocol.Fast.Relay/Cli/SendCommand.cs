using System;
using System.CommandLine;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Client;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary><c>npfast send</c>: one request, its reply's payload on stdout.</summary>
internal static class SendCommand
{
    private static readonly Argument<Endpoint> Uri = Parameters.Argument<Endpoint>(
        "URI", "Where to: tcp://HOST:PORT or unix:///PATH", ValueParsers.Uri);

    private static readonly Argument<PacketName> Name = Parameters.Argument<PacketName>(
        "NAME", "Name of the packet, or its type number from 256 on", ValueParsers.Name);

    private static readonly Argument<string?> Data = new("DATA")
    {
        Description = "The payload; - reads it from stdin; none sends an empty one",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> FileOption = new("--file")
    {
        Description = "Reads the payload from a file",
        HelpName = "PATH",
    };

    private static readonly Option<bool> OneWay = Parameters.Flag("--oneway", "Wants no reply and waits for none");

    internal static Command Create()
    {
        var command = new Command("send", "Sends a packet and prints the reply's payload.")
        {
            Uri, Name, Data, FileOption, OneWay,
            SharedOptions.Session, SharedOptions.Timeout, SharedOptions.Compression,
        };
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        Endpoint endpoint = parsed.GetValue(Uri)!;
        PlainSessions.Require(endpoint, parsed.GetValue(SharedOptions.Session));
        using var signals = new StopSignals();
        byte[] payload = await ReadPayloadAsync(parsed, signals.Token).ConfigureAwait(false);
        TimeSpan timeout = parsed.GetValue(SharedOptions.Timeout).Span;
        var options = new ClientOptions
        {
            ConnectTimeout = timeout,
            RequestTimeout = timeout,
            Link = new LinkOptions
            {
                Compression = parsed.GetValue(SharedOptions.Compression) ?? CompressionOptions.None,
                Software = "npfast send",
            },
        };
        using var runtime = new LinkRuntime();
        PacketClient client =
            await PacketClient.ConnectAsync(endpoint, runtime, options, signals.Token).ConfigureAwait(false);
        await using (client.ConfigureAwait(false))
        {
            PacketName name = parsed.GetValue(Name);
            CheckSize(payload.Length, name.Type == PacketType.Ping
                ? PacketLimits.PingPayloadBytesMax
                : client.PayloadBytesMax);
            if (parsed.GetValue(OneWay))
            {
                await SendOneWayAsync(client, name, payload, signals.Token).ConfigureAwait(false);
                await client.CloseAsync(timeout).ConfigureAwait(false);
                return ExitCode.Clean;
            }

            using PacketReply reply = await RequestAsync(client, name, payload, signals.Token).ConfigureAwait(false);
            await WriteAsync(reply.Payload, signals.Token).ConfigureAwait(false);
        }

        return ExitCode.Clean;
    }

    private static ValueTask<PacketReply> RequestAsync(
        PacketClient client, PacketName name, byte[] payload, CancellationToken cancellationToken) => name.IsNumber
            ? client.RequestAsync(name.Number, payload, null, cancellationToken)
            : client.RequestAsync(name.Text, payload, null, cancellationToken);

    private static ValueTask SendOneWayAsync(
        PacketClient client, PacketName name, byte[] payload, CancellationToken cancellationToken) => name.IsNumber
            ? client.SendAsync(name.Number, payload, cancellationToken)
            : client.SendAsync(name.Text, payload, cancellationToken);

    private static async Task<byte[]> ReadPayloadAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string? data = parsed.GetValue(Data);
        string? path = parsed.GetValue(FileOption);
        if (data is not null && path is not null)
        {
            throw new UsageException("both DATA and --file are given; leave one out");
        }

        if (path is null && data != "-")
        {
            return data is null ? [] : Encoding.UTF8.GetBytes(data);
        }

        Stream source = path is null ? Console.OpenStandardInput() : File.OpenRead(path);
        await using (source.ConfigureAwait(false))
        {
            return await ReadToEndAsync(source, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<byte[]> ReadToEndAsync(Stream source, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        byte[] chunk = new byte[64 << 10];
        int read;
        while ((read = await source.ReadAsync(chunk, cancellationToken).ConfigureAwait(false)) > 0)
        {
            bytes.Write(chunk, 0, read);

            // Whatever the peer accepts, it is not more than this: an endless stdin must not become memory.
            CheckSize(bytes.Length, PacketLimits.PayloadBytesMax);
        }

        return bytes.ToArray();
    }

    private static void CheckSize(long bytes, long bytesMax)
    {
        if (bytes > bytesMax)
        {
            throw new CommandFailedException($"the payload is too large; at most {bytesMax} bytes are accepted");
        }
    }

    private static async Task WriteAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        Stream output = Console.OpenStandardOutput();
        await using (output.ConfigureAwait(false))
        {
            await output.WriteAsync(payload, cancellationToken).ConfigureAwait(false);

            // A terminal's prompt belongs on a line of its own; a pipe or file gets the payload and nothing else.
            if (!Console.IsOutputRedirected)
            {
                await output.WriteAsync("\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
