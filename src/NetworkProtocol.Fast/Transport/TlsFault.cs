using System;
using System.Collections.Generic;

namespace NetworkProtocol.Fast.Transport;

/// <summary>Says in words why a TLS handshake or record failed, from what the platform's library reports.</summary>
internal static class TlsFault
{
    // As OpenSSL names them, in its own messages; the first that is found explains the failure.
    private static readonly KeyValuePair<string, string>[] Reasons =
    [
        new("unsupported protocol", "the client offers no TLS version that is spoken here, 1.2 and 1.3"),
        new("wrong version number", "the other side does not speak TLS here"),
        new("protocol version", "the server speaks no TLS version that is accepted here, 1.2 or 1.3"),
        new("no suitable signature algorithm", "the client cannot use a certificate of this kind"),
        new("no shared cipher", "there is no cipher that both sides accept"),
        new("no application protocol", "the other side does not speak npf/1 (ALPN)"),
        new("certificate required", "the server requires a client certificate; name one with its key"),
        new("alert certificate expired", "the other side refuses the certificate: it says that it has expired"),
        new("alert unknown ca", "the other side refuses the certificate: it does not know the CA that signed it"),
        new("alert bad certificate", "the other side refuses the certificate"),
        new("alert certificate unknown", "the other side refuses the certificate"),
        new("alert handshake failure",
            "the other side refuses the handshake; it may require a certificate, its log says why"),
        new("unexpected message", "a TLS message came out of its order"),
        new("decryption failed or bad record mac", "a TLS record was changed on the way"),
        new("bad record mac", "a TLS record was changed on the way"),
    ];

    internal static string Of(Exception failure, bool isServer)
    {
        string last = failure.Message;
        for (Exception? e = failure; e is not null; e = e.InnerException)
        {
            foreach ((string part, string text) in Reasons)
            {
                if (e.Message.Contains(part, StringComparison.OrdinalIgnoreCase))
                {
                    return text;
                }
            }

            last = e.Message;
        }

        return $"TLS failed with the {(isServer ? "client" : "server")}: {last.TrimEnd('.')}";
    }
}
