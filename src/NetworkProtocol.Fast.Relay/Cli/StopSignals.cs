using System;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>
/// SIGINT, SIGTERM and SIGHUP. The first asks the command to end in order, the second ends the process at once. Where
/// there is something to reload, SIGHUP asks for that instead.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private const int SignalInterrupt = 2;
    private const nint DefaultDisposition = 0;

    private readonly CancellationTokenSource source = new();
    private readonly TaskCompletionSource received = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration interrupt;
    private readonly PosixSignalRegistration terminate;
    private readonly PosixSignalRegistration hangUp;
    private int count;

    /// <param name="reload">What SIGHUP asks for, on a thread of the pool; null lets it end the command.</param>
    internal StopSignals(Action? reload = null)
    {
        // A shell script starts background jobs with SIGINT ignored, and the runtime leaves an ignored signal alone. A
        // relay that a script starts must drain on kill -INT all the same.
        if (!OperatingSystem.IsWindows())
        {
            SetDisposition(SignalInterrupt, DefaultDisposition);
        }

        interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle);
        terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle);

        // Without anything to reload it is a terminal that is closed, which must not cut what is under way.
        hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, reload is null ? Handle : context =>
        {
            context.Cancel = true;
            ThreadPool.UnsafeQueueUserWorkItem(static work => work(), reload, preferLocal: false);
        });
    }

    /// <summary>Cancelled by the first signal.</summary>
    internal CancellationToken Token => source.Token;

    /// <summary>Completes with the first signal.</summary>
    internal Task Received => received.Task;

    /// <summary>Asks the command to end in order, as the first signal does. A signal that comes then is still the
    /// first: whoever asked for a drain may go on with SIGTERM.</summary>
    internal void RequestStop()
    {
        received.TrySetResult();
        source.Cancel();
    }

    public void Dispose()
    {
        // A second signal that comes just as the first one's work is done must not be the one that kills by default.
        if (Volatile.Read(ref count) > 0)
        {
            return;
        }

        interrupt.Dispose();
        terminate.Dispose();
        hangUp.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref count) > 1)
        {
            Environment.Exit(ExitCode.Failure);
        }

        received.TrySetResult();
        source.Cancel();
    }

    [DllImport("libc", EntryPoint = "signal")]
    private static extern nint SetDisposition(int signal, nint disposition);
}
