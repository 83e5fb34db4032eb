using System;
using System.Buffers.Binary;
using System.Threading;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Link;

/// <summary>
/// The handshake of one link. <see cref="Advance"/> belongs to the link's receive side and is cheap; the curve
/// arithmetic (a few hundred microseconds) and the look into files run as a work item elsewhere, and the receive side
/// waits for it at this gate. Whoever is last, the work or the link, disposes.
/// </summary>
internal abstract class LinkHandshake : Gate, IThreadPoolWorkItem, IDisposable
{
    private const int Idle = 0;
    private const int Working = 1;
    private const int Abandoned = 2;

    private int state;

    internal override bool IsReady => Volatile.Read(ref state) != Working;

    /// <summary>What the last step has to send; empty for nothing.</summary>
    internal ReadOnlySpan<byte> Output => OutputBytes;

    /// <summary>Who the peer has proved to be; known when it is finished.</summary>
    internal PeerIdentity? PeerIdentity { get; private protected set; }

    /// <summary>Why a peer whose handshake is finished is not to be spoken to; it hears so in the session.</summary>
    internal string? Refusal { get; private protected set; }

    private protected byte[] OutputBytes { get; set; } = [];

    /// <summary>What to do about the bytes received so far.</summary>
    internal abstract HandshakeStep Advance(ReadOnlySpan<byte> unread);

    /// <summary>The keys, once, after it is finished.</summary>
    internal abstract SessionKeys TakeKeys();

    /// <summary>The link has ended.</summary>
    internal void Abandon()
    {
        if (Interlocked.Exchange(ref state, Abandoned) != Working)
        {
            Dispose();
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            // Nobody waits for the work of a link that has ended meanwhile.
            if (IsWorking)
            {
                Work();
            }
        }
        catch (ObjectDisposedException)
        {
            // A server that stops releases its keys once its links have ended; the work of one may still be running.
            Fail("the keys were released");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The platform's cryptography, a trust file on a broken disk, a user's notice: it ends this handshake, and
            // must not end the process.
            Fail(e.Message);
        }

        // The exchange is the fence that the gate asks for.
        if (Interlocked.CompareExchange(ref state, Idle, Working) == Abandoned)
        {
            Dispose();
        }

        WakeIfReady();
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);

    /// <summary>The expensive part of a step; its outcome is for the next <see cref="Advance"/>.</summary>
    private protected abstract void Work();

    /// <summary>The work could not be done.</summary>
    private protected abstract void Fail(string error);

    private protected bool IsWorking => Volatile.Read(ref state) == Working;

    // Set before the work is queued.
    private protected void BeginWork() => Volatile.Write(ref state, Working);

    // It could not be queued.
    private protected void CancelWork() => Volatile.Write(ref state, Idle);

    /// <summary>Looks for a message of the one length that it may have, as soon as its length is there.</summary>
    /// <returns>Null when it is whole.</returns>
    private protected static HandshakeStep? Expect(ReadOnlySpan<byte> unread, int offset, int messageBytes)
    {
        int needed = offset + HandshakeLayout.LengthBytes + messageBytes;
        if (unread.Length < offset + HandshakeLayout.LengthBytes)
        {
            return HandshakeStep.Needs(needed);
        }

        int announced = BinaryPrimitives.ReadUInt16BigEndian(unread[offset..]);
        if (announced != messageBytes)
        {
            return HandshakeStep.Refused(CloseReason.ProtocolError,
                $"a handshake message announces {announced} bytes, {messageBytes} were expected");
        }

        return unread.Length < needed ? HandshakeStep.Needs(needed) : null;
    }

    private protected static string Describe(HandshakeStatus status) => status switch
    {
        HandshakeStatus.InvalidPublicKey => "a public key is no point of the curve",
        HandshakeStatus.AuthenticationFailed =>
            "a handshake message was changed on the way, or is of another handshake",
        HandshakeStatus.ForeignResponse => "the answer belongs to another handshake",
        _ => $"the handshake failed ({status})",
    };
}
