using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace NetworkProtocol.Fast.Relay.Admin.Http;

/// <summary>A response: all of it stands in memory, its size is ours to bound.</summary>
internal sealed class HttpResponse
{
    internal const string Json = "application/json; charset=utf-8";
    internal const string Text = "text/plain; charset=utf-8";

    // Nothing from anywhere but here may run, be shown or be asked; and nobody may frame the page.
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    internal HttpResponse(int status, string contentType, byte[] body)
    {
        Status = status;
        ContentType = contentType;
        Body = body;
    }

    internal int Status { get; }

    internal string ContentType { get; }

    internal byte[] Body { get; }

    /// <summary>Headers besides those that every response has.</summary>
    internal IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>A fault of the request, told as text; one line.</summary>
    internal static HttpResponse Fault(int status, string message, params (string Name, string Value)[] headers) =>
        new(status, Text, Encoding.UTF8.GetBytes(message + "\n")) { Headers = headers };

    /// <summary>The bytes that are sent.</summary>
    internal byte[] ToBytes(bool withBody, bool keepAlive)
    {
        var head = new StringBuilder(512);
        head.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {Status} {ReasonOf(Status)}\r\n");
        Append(head, "Date", DateTime.UtcNow.ToString("R", CultureInfo.InvariantCulture));
        Append(head, "Content-Type", ContentType);
        Append(head, "Content-Length", Body.Length.ToString(CultureInfo.InvariantCulture));
        Append(head, "Connection", keepAlive ? "keep-alive" : "close");
        Append(head, "Cache-Control", "no-store");
        Append(head, "X-Content-Type-Options", "nosniff");
        Append(head, "Referrer-Policy", "no-referrer");
        Append(head, "Cross-Origin-Resource-Policy", "same-origin");
        Append(head, "Content-Security-Policy", Policy);
        foreach ((string name, string value) in Headers)
        {
            Append(head, name, value);
        }

        head.Append("\r\n");
        int headBytes = head.Length;
        var bytes = new byte[headBytes + (withBody ? Body.Length : 0)];
        Encoding.ASCII.GetBytes(head.ToString(), bytes);
        if (withBody)
        {
            Body.CopyTo(bytes, headBytes);
        }

        return bytes;
    }

    private static void Append(StringBuilder head, string name, string value) =>
        head.Append(name).Append(": ").Append(value).Append("\r\n");

    // RFC 9110, section 15.
    private static string ReasonOf(int status) => status switch
    {
        200 => "OK",
        202 => "Accepted",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        411 => "Length Required",
        413 => "Content Too Large",
        414 => "URI Too Long",
        417 => "Expectation Failed",
        421 => "Misdirected Request",
        422 => "Unprocessable Content",
        431 => "Request Header Fields Too Large",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        505 => "HTTP Version Not Supported",
        _ => "Internal Server Error",
    };
}
