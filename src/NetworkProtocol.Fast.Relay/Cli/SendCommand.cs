using System;
using System.CommandLine;
using System.IO;
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
        "URI", "Where to: tcp://HOST:PORT, tls://HOST:PORT, unix:///PATH, unix://@NAME or pipe://NAME",
        ValueParsers.Uri);

    private static readonly Argument<PacketName> Name = Parameters.Argument<PacketName>(
        "NAME", "Name of the packet, or its type number from 256 on", PacketName.Parse);

    private static readonly Argument<string?> Data = new("DATA")
    {
        Description = "The payload; - reads it from stdin; none sends an empty one",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> FileOption = Parameters.Option<string?>(
        "--file", "PATH", "Reads the payload from a file", ValueParsers.Text);

    private static readonly Option<bool> OneWay = Parameters.Flag("--oneway", "Wants no reply and waits for none");

    internal static Command Create()
    {
        var command = new Command("send", "Sends a packet and prints the reply's payload.")
        {
            Uri, Name, Data, FileOption, OneWay, SharedOptions.Timeout, SharedOptions.Compression,
        };
        TrustOptions.AddTo(command);
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        Endpoint endpoint = parsed.GetValue(Uri)!;
        if (!parsed.GetValue(OneWay))
        {
            StandardOutput.Require();
        }

        using var signals = new StopSignals();
        using ClientSecurity security = ClientSecurity.From(parsed, endpoint);
        byte[] payload = await PayloadSource.ReadAsync(
            parsed.GetValue(Data), parsed.GetValue(FileOption), signals.Token).ConfigureAwait(false);
        TimeSpan timeout = parsed.GetValue(SharedOptions.Timeout).Span;
        var options = new ClientOptions
        {
            ConnectTimeout = timeout,
            RequestTimeout = timeout,
            Session = security.Session,
            Secure = security.Options,
            Tls = security.Tls,
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
            PayloadSource.CheckSize(payload.Length, name.Type == PacketType.Ping
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

    private static async Task WriteAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        // A pipe that nobody empties blocks, and no token ends that. Whoever gives up leaves the thread behind, with a
        // copy, since the reply's memory goes back to its pool.
        byte[] bytes = payload.ToArray();
        await Task.Run(() => Write(bytes), cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private static void Write(byte[] payload)
    {
        using Stream output = StandardOutput.Open();
        output.Write(payload);
    }
}
