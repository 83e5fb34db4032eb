using System;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// The text of a key file while it is read: pinned, because it may hold a private key, and zeroed when disposed.
/// </summary>
internal sealed class KeyText : IDisposable
{
    /// <summary>A key has some hundred bytes; comments around it may have some more.</summary>
    internal const int BytesMax = 64 << 10;

    private const string What = "key file";

    private readonly string path;
    private readonly string source;
    private readonly FileStatus? status;
    private readonly char[] text;

    private KeyText(string path, string source, FileStatus? status, ReadOnlySpan<byte> content)
    {
        this.path = path;
        this.source = source;
        this.status = status;

        // PEM is ASCII. One char for each byte, so that whatever else is there does no harm before it is refused.
        text = GC.AllocateArray<char>(content.Length, pinned: true);
        Encoding.Latin1.GetChars(content, text);
    }

    internal ReadOnlySpan<char> Text => text;

    /// <exception cref="KeyFileException">The file is missing, not regular, too long or cannot be read.</exception>
    internal static KeyText ReadFile(string path)
    {
        byte[] content = KeyFiles.Read(
            What, path, BytesMax, out FileStatus status, "check the path, or make one with npfast key generate");
        try
        {
            return new KeyText(path, $"{What} {path}", status, content);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    /// <summary>Reads a stream to its end, as stdin; there is no mode to check.</summary>
    /// <param name="stream">Where from.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <exception cref="KeyFileException">It goes on for longer than any key.</exception>
    internal static KeyText Read(Stream stream, string name)
    {
        byte[] content = GC.AllocateArray<byte>(BytesMax + 1, pinned: true);
        try
        {
            int read = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return read <= BytesMax
                ? new KeyText(name, name, null, content.AsSpan(0, read))
                : throw new KeyFileException(name, $"{name} has more than {BytesMax} bytes, which is no key");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    /// <summary>A private key that others can read is none any more; one that they can change is theirs.</summary>
    /// <exception cref="KeyFileException">The file is open to its group or others, or others can put another in its
    /// place.</exception>
    internal void RequirePrivate()
    {
        if (status is not { } known)
        {
            return;
        }

        if (FileTrust.IsOpenToOthers(path, in known))
        {
            throw Refused($"is open to others (mode {KeyFiles.Octal(known.Mode)}); run chmod 600 {path}, "
                + "and replace the key if somebody may have read it");
        }

        FileTrust.Require(What, path, known);
    }

    /// <param name="fault">Goes on after the file's name.</param>
    /// <param name="cause">What found it.</param>
    internal KeyFileException Refused(string fault, Exception? cause = null) =>
        new(path, $"{source} {fault}", cause: cause);

    public void Dispose() => Array.Clear(text);
}
