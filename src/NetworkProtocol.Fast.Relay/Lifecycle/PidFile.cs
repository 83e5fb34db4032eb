using System;
using System.Buffers;
using System.Globalization;
using System.IO;
using System.Runtime.Versioning;
using System.Text;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Relay.Lifecycle;

/// <summary>
/// A file with the number of this process, for its owner alone, as long as the process lives. It is locked meanwhile
/// (flock(2)), which tells a file in use from one that a killed process left, even if its number has gone to another
/// process since. Linux and macOS.
/// </summary>
internal sealed class PidFile : IDisposable
{
    private const UnixFileMode OwnerAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // A number of ten digits and the end of its line, with room to see that there is more.
    private const int TextBytesMax = 16;

    private const int LockTries = 200;
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(10);

    private static readonly SearchValues<byte> Expected = SearchValues.Create("0123456789 \n"u8);

    private readonly string path;
    private readonly ILogger logger;
    private readonly FileStream file;

    private PidFile(string path, FileStream file, ILogger logger)
    {
        this.path = path;
        this.file = file;
        this.logger = logger;
    }

    /// <summary>Makes the file, in place of one that nobody uses.</summary>
    /// <exception cref="IOException">A process that lives has it, it holds something else, or it cannot be
    /// written.</exception>
    internal static async Task<PidFile> CreateAsync(string path, ILogger logger)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new IOException("there are no pid files on Windows; ask the service manager for the process");
        }

        string full = Path.GetFullPath(path);
        using SafeFileHandle? folder = await LockFolderAsync(full).ConfigureAwait(false);
        try
        {
            using FileStream? stale = OpenStale(full);
            string temporary = string.Create(CultureInfo.InvariantCulture, $"{full}.{Environment.ProcessId}");
            File.Delete(temporary);
            FileStream file = Write(temporary);
            try
            {
                // Whoever reads sees the old file or the whole new one.
                File.Move(temporary, full, overwrite: true);
                return new PidFile(full, file, logger);
            }
            catch
            {
                file.Dispose();
                File.Delete(temporary);
                throw;
            }
        }
        catch (Exception e) when (e is DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"cannot write the pid file {full}: {e.Message.TrimEnd('.')}; name one in a folder of this user", e);
        }
    }

    /// <summary>Removes the file, unless another has taken its place.</summary>
    public void Dispose()
    {
        using (file)
        {
            try
            {
                if (SystemFiles.TryLook(path, followsLink: false, out FileStatus there)
                    && SystemFiles.TryLook(file.SafeFileHandle, out FileStatus own)
                    && (there.Device, there.Inode) == (own.Device, own.Inode))
                {
                    File.Delete(path);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LifecycleLog.PidFileLeft(logger, path, e.Message);
            }
        }
    }

    // Two that start at once must not both take a stale file for theirs.
    private static async Task<SafeFileHandle?> LockFolderAsync(string path)
    {
        string folder = Path.GetDirectoryName(path)!;
        for (int i = 0; i < LockTries; i++)
        {
            SafeFileHandle? held = SystemFiles.TryLockFolder(folder, out bool isTaken);
            if (held is not null || !isTaken)
            {
                return held;
            }

            await Task.Delay(LockPause).ConfigureAwait(false);
        }

        throw new IOException($"the folder {folder} of the pid file is locked by another process; try again");
    }

    // FileShare.None is what makes the runtime take the lock.
    [UnsupportedOSPlatform("windows")]
    private static FileStream Write(string path)
    {
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            UnixCreateMode = OwnerAlone,
        });
        file.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"));
        file.Flush();
        return file;
    }

    private static FileStream? OpenStale(string path)
    {
        if (Directory.Exists(path))
        {
            throw new IOException($"the pid file {path} is a folder; name a file");
        }

        if (!File.Exists(path))
        {
            return null;
        }

        FileStream stale;
        try
        {
            stale = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None);
        }
        catch (IOException e) when (e is not FileNotFoundException)
        {
            throw new IOException(
                $"the pid file {path} belongs to a process that runs; stop it or name another file", e);
        }

        Span<byte> text = stackalloc byte[TextBytesMax];
        int read = stale.ReadAtLeast(text, TextBytesMax, throwOnEndOfStream: false);
        if (text[..read].ContainsAnyExcept(Expected))
        {
            stale.Dispose();
            throw new IOException($"{path} is no pid file; name another, or remove it");
        }

        return stale;
    }
}
