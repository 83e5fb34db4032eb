using System;
using System.IO;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace NetworkProtocol.Fast.Tests.Transport;

/// <summary>Lowers this process' limit of descriptors until it is disposed.</summary>
internal sealed class DescriptorLimit : IDisposable
{
    private const int OpenFiles = 7; // RLIMIT_NOFILE

    private readonly ResourceLimit before;

    private DescriptorLimit(ulong limit)
    {
        Check(GetLimit(OpenFiles, out before));
        ResourceLimit lowered = new() { Soft = limit, Hard = before.Hard };
        Check(SetLimit(OpenFiles, in lowered));
    }

    /// <summary>The kernel gives the lowest free descriptor; with the limit right there none can be opened.</summary>
    internal static DescriptorLimit NoneFree()
    {
        ulong lowestFree;
        using (SafeFileHandle probe = File.OpenHandle("/dev/null"))
        {
            lowestFree = (ulong)probe.DangerousGetHandle();
        }

        return new DescriptorLimit(lowestFree);
    }

    public void Dispose() => Check(SetLimit(OpenFiles, in before));

    private static void Check(int result)
    {
        if (result != 0)
        {
            throw new InvalidOperationException("the limit of descriptors cannot be changed here");
        }
    }

    [DllImport("libc", EntryPoint = "getrlimit")]
    private static extern int GetLimit(int resource, out ResourceLimit limit);

    [DllImport("libc", EntryPoint = "setrlimit")]
    private static extern int SetLimit(int resource, in ResourceLimit limit);

    private struct ResourceLimit
    {
        internal ulong Soft;
        internal ulong Hard;
    }
}
