using System;
using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Admin.Http;

/// <summary>
/// One client of the admin listener: a request at a time, in order, each whole before anything is done about it. It
/// holds a buffer of one head and one body and no more.
/// </summary>
internal sealed class HttpConnection(
    TransportConnection connection, HttpLimits limits, Func<HttpRequest, ValueTask<HttpResponse>> handle)
{
    private readonly HttpTransport transport = new(connection);
    private readonly byte[] buffer = new byte[limits.HeadBytesMax + limits.BodyBytesMax];
    private int count;
    private bool timedOut;

    /// <summary>Serves until the client closes, is at fault, or is too slow. Never throws.</summary>
    internal async Task RunAsync()
    {
        try
        {
            for (int i = 1; i <= limits.RequestsMax; i++)
            {
                if (!await ServeAsync(isLast: i == limits.RequestsMax).ConfigureAwait(false))
                {
                    break;
                }
            }

            await LingerAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            // The client is gone, or does not take what it asked for.
        }
        finally
        {
            connection.Close();
        }
    }

    // Returns whether another request may follow.
    private async Task<bool> ServeAsync(bool isLast)
    {
        HttpRequest? request = null;
        HttpResponse response;
        try
        {
            (request, HttpResponse? fault) = await ReadAsync().ConfigureAwait(false);
            if (request is null && fault is null)
            {
                return false;
            }

            response = fault ?? await handle(request!).ConfigureAwait(false);
        }
        catch (TimeoutException) when (count > 0)
        {
            timedOut = true;
            response = HttpResponse.Fault(408, "the request did not come whole in time");
        }

        bool keepAlive = request is { KeepAlive: true } && !isLast;
        byte[] bytes = response.ToBytes(withBody: request is not { IsHead: true }, keepAlive);
        await transport.SendAsync(bytes, limits.ResponseTimeout).ConfigureAwait(false);
        return keepAlive;
    }

    // The next request, or what to answer if it is none; neither at the end of the stream.
    private async Task<(HttpRequest? Request, HttpResponse? Fault)> ReadAsync()
    {
        int headBytes = await ReadHeadAsync().ConfigureAwait(false);
        if (headBytes < 0)
        {
            return count >= limits.HeadBytesMax
                ? (null, HttpResponse.Fault(431, "the request's head is too long"))
                : (null, null);
        }

        if (!HttpRequestParser.TryParse(
            buffer.AsSpan(0, headBytes), limits, out HttpRequest? request, out HttpResponse? fault))
        {
            return (null, fault);
        }

        int bodyStart = headBytes + HttpRequestParser.EndOfHead.Length;
        long began = Stopwatch.GetTimestamp();
        while (count < bodyStart + request.BodyBytes)
        {
            if (!await ReceiveMoreAsync(limits.RequestTimeout - Stopwatch.GetElapsedTime(began)).ConfigureAwait(false))
            {
                return (null, null);
            }
        }

        request.Body = buffer.AsSpan(bodyStart, request.BodyBytes).ToArray();
        Consume(bodyStart + request.BodyBytes);
        return (request, null);
    }

    // Bytes before the empty line; -1 when the stream ends first or the buffer is full.
    private async Task<int> ReadHeadAsync()
    {
        SkipEmptyLine();
        long began = count > 0 ? Stopwatch.GetTimestamp() : 0;
        while (true)
        {
            int end = buffer.AsSpan(0, Math.Min(count, limits.HeadBytesMax)).IndexOf(HttpRequestParser.EndOfHead);
            if (end >= 0)
            {
                return end;
            }

            if (count >= limits.HeadBytesMax)
            {
                return -1;
            }

            TimeSpan left = began == 0 ? limits.IdleTimeout : limits.RequestTimeout - Stopwatch.GetElapsedTime(began);
            if (!await ReceiveMoreAsync(left).ConfigureAwait(false))
            {
                return -1;
            }

            began = began == 0 ? Stopwatch.GetTimestamp() : began;
            SkipEmptyLine();
        }
    }

    private async Task<bool> ReceiveMoreAsync(TimeSpan left)
    {
        // The clock runs for the request, so a byte now and then buys nothing.
        if (left <= TimeSpan.Zero)
        {
            throw new TimeoutException();
        }

        int received = await transport.ReceiveAsync(buffer.AsMemory(count), left).ConfigureAwait(false);
        count += received;
        return received > 0;
    }

    // An empty line before a request is to be ignored (RFC 9112, section 2.2).
    private void SkipEmptyLine()
    {
        if (buffer.AsSpan(0, count).StartsWith("\r\n"u8))
        {
            Consume(2);
        }
    }

    private void Consume(int bytes)
    {
        buffer.AsSpan(bytes, count - bytes).CopyTo(buffer);
        count -= bytes;
    }

    // A close with unread bytes would be a reset, which may take the response away from the client.
    private async Task LingerAsync()
    {
        connection.ShutdownSend();
        if (timedOut)
        {
            // A receive is under way still.
            return;
        }

        long began = Stopwatch.GetTimestamp();
        while (limits.LingerTimeout - Stopwatch.GetElapsedTime(began) is var left && left > TimeSpan.Zero
            && await transport.ReceiveAsync(buffer, left).ConfigureAwait(false) > 0)
        {
            count = 0;
        }
    }
}
