using System;
using System.Globalization;
using System.IO;
using System.Text;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Relay.Logging;

/// <summary>
/// A file that lines are appended to and that never grows beyond a bound: it is then renamed to FILE.1, what was FILE.1
/// to FILE.2, and so on; the last one is deleted. Where that fails it may grow to twice the bound. Lines that a disk
/// does not take are counted, and told when it writes again. Others may rename, remove, replace or cut off the file at
/// any time: it is looked at before each write. What is no regular file, as a pipe, has no bound. One thread at a time.
/// </summary>
internal sealed class RotatingFile : IDisposable
{
    // A folder that refuses a new name is not asked again with every line.
    private static readonly TimeSpan RotationPause = TimeSpan.FromSeconds(10);

    private readonly string path;
    private readonly long bytesMax;
    private readonly int filesMax;
    private readonly LogLoss loss;
    private readonly TimeProvider time;
    private readonly byte[] buffer = new byte[64 << 10];
    private int buffered;
    private int bufferedLines;
    private FileStream? stream;

    // Length of the file when it was last looked at, and what was written since.
    private long bytes;

    // Lines lost that the file does not tell of yet, and whether a part of one is in it.
    private long untold;
    private bool isTorn;

    // When a rotation failed.
    private long? failedAt;

    private RotatingFile(string path, long bytesMax, int filesMax, LogLoss loss, TimeProvider time)
    {
        this.path = Path.GetFullPath(path);
        this.bytesMax = bytesMax;
        this.filesMax = filesMax;
        this.loss = loss;
        this.time = time;
    }

    private bool IsRotationPaused => failedAt is { } at && time.GetElapsedTime(at) < RotationPause;

    /// <param name="path">The file; made if there is none.</param>
    /// <param name="bytesMax">Most bytes of it.</param>
    /// <param name="filesMax">How many there may be with the renamed ones.</param>
    /// <param name="loss">Counts what the file does not get.</param>
    /// <param name="time">The clock that tells when a failed rotation is tried again.</param>
    /// <exception cref="IOException">The file cannot be written; the message says why.</exception>
    internal static RotatingFile Open(
        string path, long bytesMax, int filesMax, LogLoss loss, TimeProvider? time = null)
    {
        var file = new RotatingFile(path, bytesMax, filesMax, loss, time ?? TimeProvider.System);
        try
        {
            file.Ready();
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

        int count = Encoding.UTF8.GetByteCount(line);
        if (!MakeRoomFor(count))
        {
            return;
        }

        if (most > buffer.Length)
        {
            Write(Encoding.UTF8.GetBytes(line), 1);
            return;
        }

        buffered += Encoding.UTF8.GetBytes(line, buffer.AsSpan(buffered));
        bufferedLines++;
    }

    /// <summary>Hands what was appended to the system.</summary>
    internal void Flush()
    {
        if (buffered > 0)
        {
            int count = buffered;
            int lines = bufferedLines;
            buffered = 0;
            bufferedLines = 0;
            Write(buffer.AsSpan(0, count), lines);
        }
    }

    public void Dispose()
    {
        Flush();
        Close();
    }

    // A line that has no room any more begins the next file. False when it is lost.
    private bool MakeRoomFor(int count)
    {
        long limit = IsRotationPaused ? 2 * bytesMax : bytesMax;
        if (bytes + buffered + count <= limit)
        {
            return true;
        }

        Flush();
        try
        {
            Ready();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Lose(1, e);
            return false;
        }

        bool hasRoom = bytes == 0 || bytes + count <= limit || (!IsRotationPaused && TryRotate())
            || bytes + count <= 2 * bytesMax;
        if (!hasRoom)
        {
            untold++;
            loss.Add(1, "it has twice its size and cannot be renamed");
        }

        return hasRoom;
    }

    private void Write(ReadOnlySpan<byte> content, int lines)
    {
        try
        {
            long before = bytes;
            Ready();
            if (untold > 0)
            {
                // A disk that was full has taken the beginning of what is lost.
                isTorn |= bytes > before;
                Put(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
                    $"{(isTorn ? "\n" : "")}{untold} lines could not be written to this file and are lost\n")));
                untold = 0;
                isTorn = false;
            }

            Put(content);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Lose(lines, e);
        }
    }

    private void Put(ReadOnlySpan<byte> content)
    {
        stream!.Write(content);
        if (stream.CanSeek)
        {
            bytes += content.Length;
        }
    }

    private void Lose(int lines, Exception e)
    {
        untold += lines;
        loss.Add(lines, e.Message.TrimEnd('.'));
        Close();
    }

    // Sees to it that the file of this name is open, and knows its length: others may have put another one in its place
    // or cut it off.
    private void Ready()
    {
        if (stream is null || !IsInPlace(stream))
        {
            OpenStream();
        }

        // The base library knows no O_APPEND: it writes where it was, whatever the file's length is by now.
        bytes = stream!.CanSeek ? stream.Seek(0, SeekOrigin.End) : 0;
    }

    private bool IsInPlace(FileStream open) => SystemFiles.IsSupported
        ? SystemFiles.TryLook(path, followsLink: true, out FileStatus there)
            && SystemFiles.TryLook(open.SafeFileHandle, out FileStatus own)
            && (there.Device, there.Inode) == (own.Device, own.Inode)
        : File.Exists(path);

    private void OpenStream()
    {
        Close();
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
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

    private bool TryRotate()
    {
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
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            failedAt = time.GetTimestamp();
            loss.TellNotRotated(e.Message.TrimEnd('.'));
            return false;
        }

        Close();
        failedAt = null;
        bytes = 0;
        return true;
    }

    private string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{path}.{number}");
}
