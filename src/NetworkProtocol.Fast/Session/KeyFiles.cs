using System;
using System.IO;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// Reads and writes small files on which trust rests: only regular ones, never more than a bound, written so that
/// nobody ever sees half of one. What is read lies in pinned memory, so that its owner can zero the only copy.
/// </summary>
internal static class KeyFiles
{
    /// <summary>Whoever is not the owner can read or change the file.</summary>
    internal const UnixFileMode OpenToOthers = OthersWrite | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Whoever is not the owner can change the file.</summary>
    internal const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    internal const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Reads a whole file into a pinned array.</summary>
    /// <param name="what">What the file is to be, for messages: "key file".</param>
    /// <param name="path">The file; symbolic links are followed, as secrets are mounted that way.</param>
    /// <param name="bytesMax">A longer file is refused before it is read.</param>
    /// <param name="status">Mode and owner of the very file that was read, where the system has them.</param>
    /// <param name="hint">What to do if there is no such file.</param>
    /// <exception cref="KeyFileException">It is missing, not regular, too long or cannot be read.</exception>
    internal static byte[] Read(
        string what, string path, int bytesMax, out FileStatus status, string hint = "check the path")
    {
        try
        {
            // Before it is opened: to open a pipe would wait for its writer.
            RequireRegular(what, path);
            using SafeFileHandle file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
            status = StatusOf(file);
            long length = RandomAccess.GetLength(file);
            if (length > bytesMax)
            {
                throw new KeyFileException(path,
                    $"{what} {path} has {length} bytes, at most {bytesMax} are read; name another file");
            }

            return ReadAll(file, (int)length);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new KeyFileException(path, $"{what} {path} does not exist; {hint}", cause: e);
        }
        catch (UnauthorizedAccessException e)
        {
            string cause = Directory.Exists(path) ? "it is a folder" : "access is denied; check its owner and mode";
            throw new KeyFileException(path, $"cannot read {what} {path}: {cause}", cause: e);
        }
        catch (IOException e) when (e is not KeyFileException)
        {
            throw new KeyFileException(path, $"cannot read {what} {path}: {Reason(e)}", cause: e);
        }
    }

    /// <summary>Writes a file that only its owner can read and change; it appears whole or not at all.</summary>
    /// <exception cref="KeyFileException">It exists and is not to be replaced, or it cannot be written.</exception>
    internal static void Write(string what, string path, ReadOnlySpan<byte> content, bool overwrite)
    {
        string full = Path.GetFullPath(path);
        string draft = $"{full}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}.tmp";
        bool isPlaced = false;
        try
        {
            string ancestor = CreateFolderOf(full);
            FileTrust.RequireFolder(what, path, Path.GetDirectoryName(full)!);
            try
            {
                using (FileStream file = Open(draft, FileMode.CreateNew))
                {
                    file.Write(content);
                    SystemFiles.Flush(file.SafeFileHandle);
                }

                if (overwrite)
                {
                    File.Move(draft, full, overwrite: true);
                }
                else
                {
                    MoveToNew(draft, full);
                }

                isPlaced = true;
            }
            finally
            {
                File.Delete(draft);
            }

            FlushNames(full, ancestor);
        }
        catch (KeyFileException)
        {
            throw;
        }
        catch (IOException e) when (!overwrite && !isPlaced && IsTaken(full))
        {
            throw new KeyFileException(path, $"{what} {path} exists and is left as it is; name another file", cause: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(what, path, e);
        }
    }

    /// <summary>Opens a file for writing, for its owner alone if it is new.</summary>
    internal static FileStream Open(
        string path, FileMode mode, FileShare share = FileShare.ReadWrite | FileShare.Delete)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.ReadWrite,
            Share = share,
            BufferSize = 0, // one write is one system call, and no second copy of a secret is left behind
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return new FileStream(path, options);
    }

    /// <summary>Makes the folder that the file is to be in, for its owner alone.</summary>
    /// <returns>The folder above it, or itself, that was there before.</returns>
    internal static string CreateFolderOf(string fullPath)
    {
        string folder = Path.GetDirectoryName(fullPath)!;
        string ancestor = folder;
        while (!Directory.Exists(ancestor) && Path.GetDirectoryName(ancestor) is { } parent)
        {
            ancestor = parent;
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
        }

        return ancestor;
    }

    /// <summary>Puts the name of a new file onto the disk, and those of folders that were made for it, so that they
    /// survive a loss of power.</summary>
    /// <param name="fullPath">The file.</param>
    /// <param name="ancestor">What <see cref="CreateFolderOf"/> returned.</param>
    internal static void FlushNames(string fullPath, string ancestor)
    {
        string folder = fullPath;
        do
        {
            folder = Path.GetDirectoryName(folder)!;
            SystemFiles.FlushFolder(folder);
        }
        while (folder != ancestor);
    }

    /// <summary>Whether something is there, be it a symbolic link that leads nowhere.</summary>
    internal static bool IsTaken(string path) => Path.Exists(path) || new FileInfo(path).LinkTarget is not null;

    internal static KeyFileException Unwritable(string what, string path, Exception cause) => new(
        path, $"cannot write {what} {path}: {Reason(cause)}", cause: cause);

    /// <summary>As chmod takes it: 0640.</summary>
    internal static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');

    // The base library looks whether the target is there and then renames, and of two at once both would win. A link
    // is made by one.
    private static void MoveToNew(string draft, string path)
    {
        if (!SystemFiles.TryLink(draft, path))
        {
            // Not every file system has links.
            File.Move(draft, path, overwrite: false);
        }
    }

    /// <summary>What the system says, as the end of a message.</summary>
    internal static string Reason(Exception cause) => cause is UnauthorizedAccessException
        ? "access is denied; check the folder's owner and mode"
        : char.ToLowerInvariant(cause.Message[0]) + cause.Message[1..].TrimEnd('.');

    private static byte[] ReadAll(SafeFileHandle file, int length)
    {
        byte[] content = GC.AllocateArray<byte>(length, pinned: true);
        int read = 0;
        while (read < length)
        {
            int count = RandomAccess.Read(file, content.AsSpan(read), read);
            if (count == 0)
            {
                throw new EndOfStreamException("the file shrank while it was read");
            }

            read += count;
        }

        return content;
    }

    private static void RequireRegular(string what, string path)
    {
        // A failure is for the open to explain.
        if (SystemFiles.TryLook(path, followsLink: true, out FileStatus status) && status.Kind != FileKind.Regular)
        {
            throw new KeyFileException(path, $"{what} {path} is not a regular file; name one");
        }
    }

    private static FileStatus StatusOf(SafeFileHandle file)
    {
        if (SystemFiles.TryLook(file, out FileStatus status))
        {
            return status;
        }

        // Where the owner can be known, a file whose owner is not is none to trust.
        return SystemFiles.IsSupported
            ? throw new IOException("the system does not say to whom it belongs")
            : new FileStatus { Mode = OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(file) };
    }
}
