using System;
using System.Runtime.InteropServices;

namespace NetworkProtocol.Fast.Memory;

/// <summary>Descriptors by their numbers, as another process passes them to this one (fcntl(2)). Linux; any
/// thread.</summary>
internal static partial class SystemDescriptors
{
    private const int GetFlags = 1; // F_GETFD
    private const int SetFlags = 2; // F_SETFD
    private const int CloseOnExec = 1; // FD_CLOEXEC

    /// <summary>
    /// Whether whoever started this process gave it that descriptor. By the time of asking, another file may have the
    /// number; but the runtime opens its files so that no exec hands them on, and what came through one is not of that
    /// kind.
    /// </summary>
    /// <returns>True, too, where the system does not say.</returns>
    internal static bool IsInherited(int descriptor) =>
        !OperatingSystem.IsLinux() || Control(descriptor, GetFlags, 0) == 0;

    /// <summary>Keeps a descriptor that was inherited out of programs that this process starts.</summary>
    /// <returns>False when it is not open.</returns>
    internal static bool EndInheritance(int descriptor) => Control(descriptor, SetFlags, CloseOnExec) == 0;

    // The last parameter is a variable one, which Linux passes like any other on x64 and arm64.
    [LibraryImport("libc", EntryPoint = "fcntl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int descriptor, int command, int value);
}
