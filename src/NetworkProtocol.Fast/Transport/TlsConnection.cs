using System;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using NetworkProtocol.Fast.Certificates;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Transport;

/// <summary>
/// TLS over another connection. The handshake begins with <see cref="Bind"/>; a receive and a send that are started
/// before it is over begin with its end, or fail with <see cref="Fault"/>. Afterwards a receive is one read of the
/// stream and a send one write of it, both without allocation, and what they compute runs where the socket completed.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Close disposes; a connection has one word for it.")]
[SuppressMessage("Reliability", "CA2012", Justification = "Each operation is consumed once, by its Finish method.")]
internal sealed partial class TlsConnection : TransportConnection
{
    /// <summary>The protocol's name in the handshake (RFC 7301).</summary>
    internal static readonly SslApplicationProtocol Protocol = new("npf/1");

    // A direction of the connection: its operation waits for the handshake, or begins at once.
    private const int NotReady = 0;
    private const int Waiting = 1;
    private const int Ready = 2;

    // A closing word is put behind what the kernel still holds only if that is little, or it might have to wait for a
    // peer that does not read.
    private const int UntakenBytesMax = 64 << 10;

    private readonly TransportConnection inner;
    private readonly TlsSide side;
    private readonly TlsWire wire;
    private readonly TlsStream stream;
    private readonly Action readDone;
    private readonly Action writeDone;
    private ITransportSink? sink;
    private ConnectionGate gate;
    private int receiving;
    private int sending;
    private Memory<byte> receiveBuffer;
    private ReadOnlyMemory<byte> sendBuffer;
    private ConfiguredValueTaskAwaitable<int>.ConfiguredValueTaskAwaiter read;
    private ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter write;
    private CertificateVerdict verdict;
    private TransportResult failure;
    private string? fault;
    private bool hasReceived;

    /// <summary>Takes a connection over.</summary>
    internal TlsConnection(TransportConnection inner, TlsSide side)
    {
        this.inner = inner;
        this.side = side;
        Id = inner.Id;
        Credentials = inner.Credentials;
        wire = new TlsWire(inner, side.Workers);
        stream = new TlsStream(wire) { Owner = this };
        readDone = OnReadDone;
        writeDone = OnWriteDone;

        // The handshake receives and sends; what closes meanwhile leaves the last step to its end.
        gate.Enter(ConnectionGate.Receiving | ConnectionGate.Sending);
    }

    internal override Endpoint Local => inner.Local.WithTls();

    internal override Endpoint Remote => inner.Remote.WithTls();

    internal override IPAddress? RemoteAddress => inner.RemoteAddress;

    internal override int UntakenBytes => inner.UntakenBytes;

    internal override string? Fault => fault;

    internal override PeerIdentity? PeerIdentity => verdict.Identity;

    /// <summary>The stream, to look at what was negotiated.</summary>
    internal SslStream Stream => stream;

    internal override void Bind(ITransportSink sink)
    {
        this.sink = sink;
        inner.Bind(wire);
        _ = ShakeHandsAsync();
    }

    internal override bool Receive(Memory<byte> buffer, out TransportResult result)
    {
        if (Volatile.Read(ref receiving) != Ready)
        {
            receiveBuffer = buffer;
            if (Interlocked.CompareExchange(ref receiving, Waiting, NotReady) == NotReady)
            {
                result = default;
                return false;
            }
        }

        return StartReceive(buffer, out result);
    }

    internal override bool Send(ReadOnlyMemory<byte> buffer, out TransportResult result)
    {
        if (Volatile.Read(ref sending) != Ready)
        {
            sendBuffer = buffer;
            if (Interlocked.CompareExchange(ref sending, Waiting, NotReady) == NotReady)
            {
                result = default;
                return false;
            }
        }

        return StartSend(buffer, out result);
    }

    internal override void ShutdownSend()
    {
        int before = gate.Enter(ConnectionGate.SendEnded);
        if ((before & (ConnectionGate.SendEnded | ConnectionGate.Sending | ConnectionGate.Closed)) == 0)
        {
            EndSending();
        }
    }

    internal override void Close()
    {
        int before = gate.Enter(ConnectionGate.Closed);
        if ((before & ConnectionGate.Closed) != 0)
        {
            return;
        }

        if ((before & (ConnectionGate.Sending | ConnectionGate.SendEnded)) == 0
            && failure.Status == TransportStatus.Ok && inner.UntakenBytes < UntakenBytesMax)
        {
            SayGoodbye();
        }

        inner.Close();
        DisposeIfIdle(before | ConnectionGate.Closed);
    }

    internal bool Verify(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        verdict = side.Verify(certificate, chain, errors);
        return verdict.Refusal is null;
    }

    private bool StartReceive(Memory<byte> buffer, out TransportResult result)
    {
        if (!TryEnter(ConnectionGate.Receiving, out result))
        {
            return true;
        }

        receiveBuffer = buffer;
        ConfiguredValueTaskAwaitable<int>.ConfiguredValueTaskAwaiter started =
            stream.ReadAsync(buffer).ConfigureAwait(false).GetAwaiter();
        read = started;
        if (started.IsCompleted)
        {
            result = FinishReceive();
            return true;
        }

        // From here on the field belongs to whichever thread completes the read.
        started.UnsafeOnCompleted(readDone);
        return false;
    }

    private bool StartSend(ReadOnlyMemory<byte> buffer, out TransportResult result)
    {
        if (!TryEnter(ConnectionGate.Sending, out result))
        {
            return true;
        }

        sendBuffer = buffer;
        ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter started =
            stream.WriteAsync(buffer).ConfigureAwait(false).GetAwaiter();
        write = started;
        if (started.IsCompleted)
        {
            result = FinishSend();
            return true;
        }

        started.UnsafeOnCompleted(writeDone);
        return false;
    }

    private bool TryEnter(int operation, out TransportResult result)
    {
        result = failure;
        if (failure.Status != TransportStatus.Ok)
        {
            return false;
        }

        bool entered = operation == ConnectionGate.Sending ? gate.TryEnterSend() : gate.TryEnterReceive();
        if (!entered)
        {
            result = TransportResult.Aborted;
        }

        return entered;
    }

    private void OnReadDone() => sink!.OnReceived(FinishReceive());

    private void OnWriteDone() => sink!.OnSent(FinishSend());

    private TransportResult FinishReceive()
    {
        TransportResult result;
        try
        {
            int bytes = read.GetResult();
            hasReceived |= bytes > 0;
            result = bytes > 0 || receiveBuffer.IsEmpty ? TransportResult.Done(bytes) : EndOfStream();
        }
        catch (Exception e) when (IsExpected(e))
        {
            result = FailureOf(e);
        }

        read = default;
        receiveBuffer = default;
        DisposeIfIdle(gate.Leave(ConnectionGate.Receiving) & ~ConnectionGate.Receiving);
        return result;
    }

    private TransportResult FinishSend()
    {
        TransportResult result;
        int bytes = sendBuffer.Length;
        try
        {
            write.GetResult();
            result = TransportResult.Done(bytes);
        }
        catch (Exception e) when (IsExpected(e))
        {
            result = FailureOf(e);
        }

        write = default;
        sendBuffer = default;
        LeaveSending(gate.Leave(ConnectionGate.Sending) & ~ConnectionGate.Sending);
        return result;
    }

    // Whoever shut the sending half meanwhile saw a send under way and left the last step to it.
    private void LeaveSending(int left)
    {
        if ((left & (ConnectionGate.SendEnded | ConnectionGate.Closed)) == ConnectionGate.SendEnded)
        {
            EndSending();
        }

        DisposeIfIdle(left);
    }
}
