using System;
using System.Globalization;
using System.IO;
using System.Text;

namespace NetworkProtocol.Fast.Relay.Logging;

/// <summary>
/// A file that lines are appended to and that never grows beyond a bound: it is then renamed to FILE.1, what was FILE.1
/// to FILE.2, and so on; the last one is deleted. A disk that fails loses lines, which are counted and told when it
/// writes again. A file that somebody else renamed or removed is made anew with the next line. One thread at a time.
/// </summary>
internal sealed class RotatingFile : IDisposable
{
    private readonly string path;
    private readonly long bytesMax;
    private readonly int filesMax;
    private readonly byte[] buffer = new byte[64 << 10];
    private int buffered;
    private FileStream? stream;
    private long bytes;
    private long lost;

    private RotatingFile(string path, long bytesMax, int filesMax)
    {
        this.path = Path.GetFullPath(path);
        this.bytesMax = bytesMax;
        this.filesMax = filesMax;
    }

    /// <exception cref="IOException">The file cannot be written; the message says why.</exception>
    internal static RotatingFile Open(string path, long bytesMax, int filesMax)
    {
        var file = new RotatingFile(path, bytesMax, filesMax);
        try
        {
            file.OpenStream();
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            string cause = Directory.Exists(file.path) ? "it is a folder"
                : e is DirectoryNotFoundException ? "its folder does not exist; make it"
                : e is UnauthorizedAccessException ? "access is denied; check its owner and mode" : e.Message;
            throw new IOException($"cannot write log file {path}: {cause}", e);
        }

        return file;
    }

    internal void Append(string line)
    {
        int most = Encoding.UTF8.GetMaxByteCount(line.Length);
        if (most > buffer.Length - buffered)
        {
            Flush();
        }

        if (most > buffer.Length)
        {
            byte[] large = Encoding.UTF8.GetBytes(line);
            RotateFor(large.Length);
            Write(large);
            return;
        }

        int count = Encoding.UTF8.GetByteCount(line);
        RotateFor(count);
        buffered += Encoding.UTF8.GetBytes(line, buffer.AsSpan(buffered));
    }

    // A line that has no room any more begins the next file.
    private void RotateFor(int count)
    {
        if (bytes + buffered + count > bytesMax && bytes + buffered > 0)
        {
            Flush();
            Rotate();
        }
    }

    /// <summary>Hands what was appended to the system.</summary>
    internal void Flush()
    {
        if (buffered > 0)
        {
            int count = buffered;
            buffered = 0;
            Write(buffer.AsSpan(0, count));
        }
    }

    public void Dispose()
    {
        Flush();
        stream?.Dispose();
    }

    private void Write(ReadOnlySpan<byte> content)
    {
        try
        {
            if (stream is null || !File.Exists(path))
            {
                OpenStream();
            }

            if (lost > 0)
            {
                byte[] note = Encoding.UTF8.GetBytes(
                    string.Create(CultureInfo.InvariantCulture, $"{lost} writes to this file failed and are lost\n"));
                stream!.Write(note);
                bytes += note.Length;
                lost = 0;
            }

            stream!.Write(content);
            bytes += content.Length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            lost++;
            Close();
        }
    }

    private void OpenStream()
    {
        Close();
        var options = new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            // Addresses and names of clients are nobody else's business.
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        }

        stream = new FileStream(path, options);
        bytes = stream.Length;
    }

    private void Close()
    {
        try
        {
            stream?.Dispose();
        }
        catch (IOException)
        {
            // What could not be written was counted when it was written.
        }

        stream = null;
    }

    private void Rotate()
    {
        Close();
        try
        {
            if (filesMax == 1)
            {
                File.Delete(path);
            }

            for (int i = filesMax - 1; i > 0; i--)
            {
                string from = i == 1 ? path : NameOf(i - 1);
                if (File.Exists(from))
                {
                    File.Move(from, NameOf(i), overwrite: true);
                }
            }

            bytes = 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It goes on in the same file, and the next line tries again.
            lost++;
        }
    }

    private string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{path}.{number}");
}
