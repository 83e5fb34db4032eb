using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Relay.Admin;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli.Control;

/// <summary>Asks a relay's admin listener, over TCP or a Unix socket.</summary>
internal sealed class AdminClient : IDisposable
{
    private const long ResponseBytesMax = 64 << 20;

    private readonly Endpoint endpoint;
    private readonly HttpClient http;

    internal AdminClient(Endpoint endpoint, string? token, TimeSpan timeout)
    {
        this.endpoint = endpoint;
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = timeout,
        };
        string authority = "localhost";
        if (endpoint.Scheme == EndpointScheme.Unix)
        {
            handler.ConnectCallback = (_, cancellation) => ConnectAsync(endpoint.Path, cancellation);
        }
        else
        {
            authority = endpoint.ToString()["tcp://".Length..];
        }

        http = new HttpClient(handler)
        {
            BaseAddress = new Uri($"http://{authority}/"),
            Timeout = timeout,
            MaxResponseContentBufferSize = ResponseBytesMax,
        };
        if (token is not null)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    /// <summary>Reads a document.</summary>
    /// <exception cref="CommandFailedException">The relay cannot be reached or refuses; it says why.</exception>
    internal async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        Read(await GetBytesAsync(path, cancellation).ConfigureAwait(false), type);

    /// <summary>The same as it came.</summary>
    /// <exception cref="CommandFailedException">The relay cannot be reached or refuses; it says why.</exception>
    internal Task<byte[]> GetBytesAsync(string path, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, path, null, cancellation);

    /// <summary>Asks for a change.</summary>
    /// <returns>What came of it.</returns>
    /// <exception cref="CommandFailedException">The relay cannot be reached or refuses; it says why.</exception>
    internal async Task<T> ChangeAsync<T>(
        string path, byte[] body, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        Read(await SendAsync(HttpMethod.Post, path, body, cancellation).ConfigureAwait(false), type);

    public void Dispose() => http.Dispose();

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<byte[]> SendAsync(HttpMethod method, string path, byte[]? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
        }

        try
        {
            using HttpResponseMessage response = await http.SendAsync(request, cancellation).ConfigureAwait(false);
            byte[] content = await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? content : throw Refused(response.StatusCode, content);
        }
        catch (HttpRequestException e)
        {
            throw new CommandFailedException($"no answer from the admin listener at {endpoint}: {ReasonOf(e)}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new CommandFailedException(
                $"no answer from the admin listener at {endpoint} within {http.Timeout.TotalSeconds} s");
        }
    }

    private static string ReasonOf(HttpRequestException error) => error.InnerException is SocketException socket
        ? $"{socket.SocketErrorCode}; does the relay run, with --admin?"
        : "it does not speak HTTP as an admin listener does; is this its address?";

    private CommandFailedException Refused(HttpStatusCode status, byte[] content)
    {
        string said = System.Text.Encoding.UTF8.GetString(content).Trim();
        if (said.StartsWith('{'))
        {
            said = Read(content, AdminJson.Default.ChangeReport).Message;
        }

        string hint = status == HttpStatusCode.Unauthorized
            ? $"; name its file with {ControlParameters.TokenFile.Name}, or set {AdminKeys.TokenVariable}"
            : string.Empty;
        return new CommandFailedException($"the relay refuses: {said}{hint}");
    }

    private T Read<T>(byte[] content, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(content, type) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw new CommandFailedException($"{endpoint} answers, but not as an admin listener does; is this its "
                + "address, and of this version?");
        }
    }
}
