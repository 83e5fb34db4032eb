using System;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Dispatch;

/// <summary>
/// A packet that an asynchronous handler works on. Valid until the task that the handler returned has ended; after that
/// every member throws, whatever the place of the packet is used for by then. Memory that <see cref="Name"/> and
/// <see cref="Payload"/> returned must not be used any longer either, and cannot throw. Any thread.
/// </summary>
public readonly struct PacketRequest : IEquatable<PacketRequest>
{
    private readonly RequestSlot? slot;
    private readonly long generation;

    internal PacketRequest(RequestSlot slot, long generation)
    {
        this.slot = slot;
        this.generation = generation;
    }

    /// <summary>The packet's name in UTF-8; empty for types that have none.</summary>
    /// <exception cref="ObjectDisposedException">The handler has ended.</exception>
    public ReadOnlyMemory<byte> Name => Slot.NameOf(generation);

    /// <summary>The payload, decompressed.</summary>
    /// <exception cref="ObjectDisposedException">The handler has ended.</exception>
    public ReadOnlyMemory<byte> Payload => Slot.PayloadOf(generation);

    /// <summary>The packet's type; a number from 256 up is the application's own.</summary>
    /// <exception cref="ObjectDisposedException">The handler has ended.</exception>
    public PacketType Type => Slot.HeaderOf(generation).Type;

    /// <summary>Whether the sender wants no reply; <see cref="Reply"/> and <see cref="Fail"/> then do
    /// nothing.</summary>
    /// <exception cref="ObjectDisposedException">The handler has ended.</exception>
    public bool IsOneWay => !Slot.HeaderOf(generation).WantsReply;

    /// <summary>Who sent the packet.</summary>
    /// <exception cref="ObjectDisposedException">The handler has ended.</exception>
    public Peer Peer => new(Slot.LinkOf(generation));

    private RequestSlot Slot => slot ?? throw RequestSlot.Ended();

    /// <summary>Whether both are the same request.</summary>
    public static bool operator ==(PacketRequest left, PacketRequest right) => left.Equals(right);

    /// <summary>Whether the two are different requests.</summary>
    public static bool operator !=(PacketRequest left, PacketRequest right) => !left.Equals(right);

    /// <summary>Answers the request.</summary>
    /// <param name="payload">At most the peer's largest payload, else the peer gets Error(TooLarge).</param>
    /// <exception cref="InvalidOperationException">The request was answered before, or (as its subclass
    /// <see cref="ObjectDisposedException"/>) the handler has ended.</exception>
    public void Reply(ReadOnlySpan<byte> payload) => Slot.Reply(generation, payload);

    /// <summary>Answers the request with an Error.</summary>
    /// <param name="code">What kind of error.</param>
    /// <param name="text">For people; at most about 400 bytes of UTF-8 are sent.</param>
    /// <exception cref="InvalidOperationException">The request was answered before, or (as its subclass
    /// <see cref="ObjectDisposedException"/>) the handler has ended.</exception>
    public void Fail(ErrorCode code, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Slot.Fail(generation, code, text);
    }

    /// <inheritdoc/>
    public bool Equals(PacketRequest other) => slot == other.slot && generation == other.generation;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PacketRequest other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(slot, generation);
}
