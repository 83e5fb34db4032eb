using System;
using System.IO;
using System.Net.Sockets;

namespace NetworkProtocol.Fast.Transport;

/// <summary>Connecting or listening failed. The message names the endpoint, the cause and what to do.</summary>
public sealed class TransportException : IOException
{
    internal TransportException(Endpoint endpoint, SocketError error, string message, Exception? cause = null)
        : base(message, cause)
    {
        Endpoint = endpoint;
        SocketError = error;
        Tier = error.Tier();
    }

    /// <summary>Where to.</summary>
    public Endpoint Endpoint { get; }

    /// <summary>The system's error.</summary>
    public SocketError SocketError { get; }

    /// <summary>What the error asks for: <see cref="SocketErrorTier.Fatal"/> will not go away by itself.</summary>
    public SocketErrorTier Tier { get; }
}
