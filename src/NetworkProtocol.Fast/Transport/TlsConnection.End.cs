using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Transport;

/// <summary>How it ends: by the closing alert of either side, by a failure, or cut.</summary>
internal sealed partial class TlsConnection
{
    // Only the closing alert says that nothing was cut off (RFC 8446, 6.1).
    private TransportResult EndOfStream()
    {
        if (!wire.HasEnded)
        {
            return TransportResult.Done(0);
        }

        if (gate.IsClosed)
        {
            return TransportResult.Aborted;
        }

        fault ??= "the stream ended without TLS's closing alert, so somebody may have cut it"
            + (side.IsServer || hasReceived
                ? string.Empty
                : "; the server may not accept this client's certificate, or want one; its log says which");
        return wire.ReadFailure.Status == TransportStatus.Ok ? TransportResult.PeerGone : wire.ReadFailure;
    }

    private TransportResult FailureOf(Exception e)
    {
        if (gate.IsClosed)
        {
            return TransportResult.Aborted;
        }

        if (e is TlsWireException sent)
        {
            return sent.Failure;
        }

        if (wire.HasEnded)
        {
            return EndOfStream();
        }

        fault ??= TlsFault.Of(e, side.IsServer);
        return TransportResult.PeerGone;
    }

    private void EndSending()
    {
        SayGoodbye();

        // Behind the closing alert: the connection inside completes a send that is under way first.
        inner.ShutdownSend();
    }

    private void SayGoodbye()
    {
        if (failure.Status != TransportStatus.Ok)
        {
            return;
        }

        try
        {
            Forget(stream.ShutdownAsync());
        }
        catch (Exception e) when (IsExpected(e))
        {
            // The peer was faster; the next receive says so.
        }
    }

    // Its failure is that of the connection, which the receive reports.
    private static void Forget(Task task)
    {
        if (!task.IsCompletedSuccessfully)
        {
            task.ContinueWith(static t => _ = t.Exception, CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }

    private void DisposeIfIdle(int state)
    {
        const int Mask = ConnectionGate.Closed | ConnectionGate.Receiving | ConnectionGate.Sending;
        if ((state & Mask) == ConnectionGate.Closed)
        {
            stream.Dispose();
        }
    }

    private static bool IsExpected(Exception e) => e is IOException or ObjectDisposedException
        or InvalidOperationException or System.Security.Authentication.AuthenticationException
        or System.ComponentModel.Win32Exception or System.Security.Cryptography.CryptographicException;
}
