using System;
using System.Net;
using System.Threading;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Transport;

/// <summary>
/// One connection: bytes in, bytes out, whatever carries them. Threading: one receive and one send may be under
/// way at a time, on any two threads; <see cref="ShutdownSend"/> and <see cref="Close"/> may be called from any
/// thread at any time, also from within the sink.
/// </summary>
internal abstract class TransportConnection
{
    private static long lastId;

    /// <summary>Unique in this process, ascending, for logs.</summary>
    internal long Id { get; private protected init; } = Interlocked.Increment(ref lastId);

    /// <summary>This side. Stays readable after <see cref="Close"/>.</summary>
    internal abstract Endpoint Local { get; }

    /// <summary>The other side; for an accepted one made anew for each call. Stays readable after close.</summary>
    internal abstract Endpoint Remote { get; }

    /// <summary>The peer's address for limits and allow lists, IPv4 as such; null where there is none.</summary>
    internal virtual IPAddress? RemoteAddress => null;

    /// <summary>The process at the other end of an accepted local connection; null where the system does not
    /// say.</summary>
    internal PeerCredentials? Credentials { get; set; }

    /// <summary>Bytes that the system holds because the peer has not taken them yet; -1 where it does not say. Any
    /// thread; a system call.</summary>
    internal virtual int UntakenBytes => -1;

    /// <summary>Why the connection failed, where it knows more than an error of the system; null otherwise.</summary>
    internal virtual string? Fault => null;

    /// <summary>Who the peer has proved to be below the session; null where nothing was proved.</summary>
    internal virtual PeerIdentity? PeerIdentity => null;

    /// <summary>Names who hears of completions. Called once, before the first operation.</summary>
    internal abstract void Bind(ITransportSink sink);

    /// <summary>
    /// Starts a receive. True: it completed now and <paramref name="result"/> says how, the sink is not called.
    /// False: <see cref="ITransportSink.OnReceived"/> follows, perhaps before this call returns. An empty buffer
    /// waits until there is something to read (or the stream ended) and holds no memory meanwhile. The buffer
    /// belongs to the transport until completion.
    /// </summary>
    internal abstract bool Receive(Memory<byte> buffer, out TransportResult result);

    /// <summary>
    /// Starts a send of the whole buffer; completes like <see cref="Receive"/>, when all bytes are handed to the
    /// kernel. After <see cref="ShutdownSend"/> it completes at once as Aborted.
    /// </summary>
    internal abstract bool Send(ReadOnlyMemory<byte> buffer, out TransportResult result);

    /// <summary>
    /// Ends the sending half: the peer reads what was sent and then the end of the stream. A send under way is
    /// completed first. Idempotent, never throws.
    /// </summary>
    internal abstract void ShutdownSend();

    /// <summary>
    /// Closes both halves; operations under way complete as Aborted. What was sent still reaches a reading peer,
    /// unless a send was under way: a stream cut inside a packet ends with a reset, which frees the kernel's buffers
    /// of a peer that does not read. Idempotent, never throws.
    /// </summary>
    internal abstract void Close();

    /// <summary>The other side for logs and reports, with the process behind it where that is known.</summary>
    internal string DescribeRemote() => Credentials is null ? Remote.ToString() : $"{Remote} ({Credentials})";

    /// <inheritdoc/>
    public override string ToString() => $"#{Id} {DescribeRemote()}";
}
