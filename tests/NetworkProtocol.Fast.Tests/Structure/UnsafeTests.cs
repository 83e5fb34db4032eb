using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Structure;

/// <summary>Code that the compiler cannot check stays in few places, and each says why it is right.</summary>
[TestFixture]
internal sealed partial class UnsafeTests
{
    private const string Room = "Memory";

    // A reason stands on the line or within this many lines above it.
    private const int ReasonLines = 8;

    // Outside Memory: each with what it needs it for.
    private static readonly string[] Elsewhere =
    [
        "NetworkProtocol.Fast/Transport/SocketSendOperation.cs", // SocketAsyncEventArgs takes no ReadOnlyMemory<byte>
    ];

    private static readonly string[] SystemCalls =
    [
        "NetworkProtocol.Fast.Relay/Cli/StopSignals.cs", // signal: undoes an inherited "ignore", which .NET cannot
        "NetworkProtocol.Fast/Memory/SystemAccounts.cs", // getpwnam_r, getgrnam_r
        "NetworkProtocol.Fast/Memory/SystemDescriptors.cs", // fcntl: whether, and to whom else, one is passed
        "NetworkProtocol.Fast/Memory/SystemFiles.cs", // statx, geteuid; link; open, fsync, flock: folders; lchown
        "NetworkProtocol.Fast/Memory/SystemLimits.cs", // getrlimit, setrlimit: descriptors
        "NetworkProtocol.Fast/Memory/SystemMemory.cs", // mmap, munmap
        "NetworkProtocol.Fast/Memory/SystemSockets.cs", // epoll, and what goes with it: recv, send, shutdown, close
        "NetworkProtocol.Fast/Session/OpenSslP256.cs", // EC_POINT_mul: the curve made once, a point checked once
        "NetworkProtocol.Fast/Session/SafeCurvePointHandle.cs", // EC_POINT_clear_free
        "NetworkProtocol.Fast/Session/SafeScalarHandle.cs", // BN_clear_free
        "NetworkProtocol.Fast/Transport/SocketBacklog.cs", // ioctl: what the peer has not taken yet
    ];

    [Test]
    public void UnsafeCode_OutsideMemory_IsOnlyInTheListedFiles()
    {
        string[] files = [.. SourceFile.All.Where(static file => file.LinesWith(UnsafeUse()).Any() && file.Room != Room)
            .Select(static file => file.Name)];
        Assert.That(files, Is.EquivalentTo(Elsewhere));
    }

    [Test]
    public void SystemCalls_AreOnlyInTheListedFiles()
    {
        string[] files = [.. SourceFile.All.Where(static file => file.LinesWith(SystemCall()).Any())
            .Select(static file => file.Name)];
        Assert.That(files, Is.EquivalentTo(SystemCalls));
    }

    [Test]
    public void UnsafeCode_EachUse_SaysWhyItIsSafe()
    {
        var uses = 0;
        var bare = new List<string>();
        foreach (SourceFile file in SourceFile.All)
        {
            foreach (int line in file.LinesWith(UnsafeUse()))
            {
                uses++;

                // The modifier of a type opens no use by itself: those inside are found by their own words.
                bool explained = UnsafeType().IsMatch(file.Code[line - 1])
                    ? file.Lines.Any(IsReason)
                    : file.Lines.Skip(Math.Max(0, line - 1 - ReasonLines)).Take(ReasonLines + 1).Any(IsReason);
                if (!explained)
                {
                    bare.Add($"{file}:{line} {file.Lines[line - 1].Trim()}");
                }
            }
        }

        Assert.That(uses, Is.GreaterThan(5), "hardly a use was seen: the scan is broken");
        Assert.That(bare, Is.Empty);
    }

    private static bool IsReason(string line) => line.Contains("// SAFETY: ", StringComparison.Ordinal);

    [GeneratedRegex(@"\bunsafe\b|\bNativeMemory\b|\bUnsafe\.|\bMemoryMarshal\b|\((?:void|byte|int|long)\*\)")]
    private static partial Regex UnsafeUse();

    [GeneratedRegex(@"\bunsafe\b.*\b(?:class|struct)\b")]
    private static partial Regex UnsafeType();

    [GeneratedRegex(@"\b(?:LibraryImport|DllImport)\b")]
    private static partial Regex SystemCall();
}
