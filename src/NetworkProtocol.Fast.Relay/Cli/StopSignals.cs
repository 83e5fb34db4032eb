using System;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>
/// SIGINT, SIGTERM and SIGHUP. The first asks the command to end in order, the second ends the process at once.
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
    private Action? reload;

    internal StopSignals()
    {
        // A shell script starts background jobs with SIGINT ignored, and the runtime leaves an ignored signal alone. A
        // relay that a script starts must drain on kill -INT all the same.
        if (!OperatingSystem.IsWindows())
        {
            SetDisposition(SignalInterrupt, DefaultDisposition);
        }

        interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle);
        terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle);

        hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, HandleHangUp);
    }

    /// <summary>Cancelled by the first signal.</summary>
    internal CancellationToken Token => source.Token;

    /// <summary>What SIGHUP does from now on, instead of stopping.</summary>
    internal void OnReload(Action read) => Volatile.Write(ref reload, read);

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

    // Without anything to read again it is a terminal that is closed, which must not cut what is under way.
    private void HandleHangUp(PosixSignalContext context)
    {
        if (Volatile.Read(ref reload) is not { } read)
        {
            Handle(context);
            return;
        }

        context.Cancel = true;
        read();
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
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint SetDisposition(int signal, nint disposition);
}
