using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace NetworkProtocol.Fast.Tests.Session;

/// <summary>
/// Looks for secrets in all of this process' own memory that can be written: heaps, stacks, what the system's libraries
/// hold. It keeps what it looks for masked, and leaves out the one buffer that it reads into, so it never finds itself.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class MemoryScan
{
    private const int SecretBytes = 32;
    private const int ChunkBytes = 1 << 20;

    private readonly byte[] mask = RandomNumberGenerator.GetBytes(SecretBytes);
    private readonly byte[] chunk = GC.AllocateArray<byte>(ChunkBytes, pinned: true);
    private readonly List<(string Name, byte[] Masked)> secrets = [];

    /// <summary>Bytes looked at in the last run.</summary>
    internal long Scanned { get; private set; }

    /// <summary>Takes the secret over: the caller's bytes are zeroed.</summary>
    /// <param name="name">For the result.</param>
    /// <param name="secret">32 bytes.</param>
    /// <param name="reversedToo">Big numbers lie in memory with the last byte first.</param>
    internal void Add(string name, Span<byte> secret, bool reversedToo = false)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(secret.Length, SecretBytes);
        secrets.Add((name, Masked(secret)));
        if (reversedToo)
        {
            secret.Reverse();
            secrets.Add((name + " (as a number)", Masked(secret)));
        }

        CryptographicOperations.ZeroMemory(secret);
    }

    /// <summary>How often each secret is there now.</summary>
    internal Dictionary<string, int> Run()
    {
        var found = new Dictionary<string, int>();
        foreach ((string name, _) in secrets)
        {
            found[name] = 0;
        }

        Scanned = 0;
        long own = Marshal.UnsafeAddrOfPinnedArrayElement(chunk, 0);
        using SafeFileHandle memory = File.OpenHandle("/proc/self/mem");
        foreach (string line in File.ReadAllLines("/proc/self/maps"))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (!words[1].StartsWith("rw", StringComparison.Ordinal) || words[1][3] != 'p')
            {
                continue;
            }

            string[] range = words[0].Split('-');
            long start = long.Parse(range[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            long end = long.Parse(range[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            ScanRange(memory, start, Math.Min(end, Math.Max(start, own)), found);
            ScanRange(memory, Math.Max(start, Math.Min(end, own + ChunkBytes)), end, found);
        }

        CryptographicOperations.ZeroMemory(chunk);
        return found;
    }

    private void ScanRange(SafeFileHandle memory, long start, long end, Dictionary<string, int> found)
    {
        while (end - start >= SecretBytes)
        {
            int read;
            try
            {
                read = RandomAccess.Read(memory, chunk.AsSpan(0, (int)Math.Min(ChunkBytes, end - start)), start);
            }
            catch (IOException)
            {
                // Unmapped since the list was read, or a page that nobody may read.
                return;
            }

            if (read < SecretBytes)
            {
                return;
            }

            Scanned += read;
            ScanChunk(chunk.AsSpan(0, read), found);
            start += read < ChunkBytes ? read : read - SecretBytes + 1;
        }
    }

    private void ScanChunk(ReadOnlySpan<byte> bytes, Dictionary<string, int> found)
    {
        if (bytes.IndexOfAnyExcept((byte)0) < 0)
        {
            return;
        }

        ulong maskWord = BinaryPrimitives.ReadUInt64LittleEndian(mask);
        foreach ((string name, byte[] masked) in secrets)
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(masked);
            for (int at = 0; at <= bytes.Length - SecretBytes; at++)
            {
                if ((BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]) ^ maskWord) == word
                    && IsAt(bytes.Slice(at, SecretBytes), masked))
                {
                    found[name]++;
                }
            }
        }
    }

    private bool IsAt(ReadOnlySpan<byte> bytes, byte[] masked)
    {
        for (int i = 0; i < SecretBytes; i++)
        {
            if ((bytes[i] ^ mask[i]) != masked[i])
            {
                return false;
            }
        }

        return true;
    }

    private byte[] Masked(ReadOnlySpan<byte> secret)
    {
        byte[] masked = new byte[SecretBytes];
        for (int i = 0; i < SecretBytes; i++)
        {
            masked[i] = (byte)(secret[i] ^ mask[i]);
        }

        return masked;
    }
}
