using System;
using System.Text;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Packets;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Dispatch;

/// <summary>Who sent a packet. May be kept and used after the handler has returned, from any thread.</summary>
public readonly struct Peer : IEquatable<Peer>
{
    private readonly PeerLink? link;

    internal Peer(PeerLink link) => this.link = link;

    /// <summary>Number of the connection, unique in the process.</summary>
    public long ConnectionId => Link.Connection.Id;

    /// <summary>Where the peer connected from, as a URI.</summary>
    public string RemoteAddress => Link.Connection.Remote.ToString();

    /// <summary>Software name that the peer announced.</summary>
    public string Software => Link.Settings.PeerSoftware;

    /// <summary>The key that the peer has proved, and its name in the list of authorised keys; null on a plain session
    /// and for anonymous clients.</summary>
    public PeerIdentity? Identity => Link.Identity;

    /// <summary>The process at the other end of a Unix socket, as the system knows it; null on other transports and
    /// where the system does not say.</summary>
    public PeerCredentials? Credentials => Link.Connection.Credentials;

    /// <summary>32 bytes that both ends of a secure session have and no other session has (Noise revision 34, section
    /// 11.2), to tie an authentication of the application to it; empty on a plain session.</summary>
    public ReadOnlyMemory<byte> ChannelBinding => Link.ChannelBinding;

    /// <summary>Whether packets can still be sent to the peer.</summary>
    public bool IsOpen => Link.IsOpen;

    /// <summary>Sends a one-way packet with a name to the peer.</summary>
    /// <param name="name">At most 255 bytes of UTF-8.</param>
    /// <param name="payload">At most the peer's largest payload.</param>
    /// <returns>False when the peer has gone, its queue is full, or the payload is larger than it accepts.</returns>
    /// <exception cref="ArgumentException">The name is longer than 255 bytes.</exception>
    public bool TrySend(string name, ReadOnlySpan<byte> payload)
    {
        ArgumentNullException.ThrowIfNull(name);
        Span<byte> utf8 = stackalloc byte[PacketLimits.NameBytesMax];
        if (!Encoding.UTF8.TryGetBytes(name, utf8, out int bytes))
        {
            throw new ArgumentException("a packet name has at most 255 bytes of UTF-8", nameof(name));
        }

        if (Link.IsHigh)
        {
            return false;
        }

        var header = new PacketHeader { Type = PacketType.Custom, Flags = PacketFlags.OneWay };
        if (Link.TrySendPayload(header, utf8[..bytes], payload, utf8[..bytes]) != EnqueueStatus.Done)
        {
            return false;
        }

        Link.Flush();
        return true;
    }

    private PeerLink Link => link
        ?? throw new InvalidOperationException("this is nobody: take the peer from a handler's context or request");

    /// <inheritdoc/>
    public bool Equals(Peer other) => ReferenceEquals(link, other.link);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Peer other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => link?.Connection.Id.GetHashCode() ?? 0;

    /// <summary>Whether both are the same connection.</summary>
    public static bool operator ==(Peer left, Peer right) => left.Equals(right);

    /// <summary>Whether they are different connections.</summary>
    public static bool operator !=(Peer left, Peer right) => !left.Equals(right);
}
