using System;
using System.IO;
using System.Threading;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// Lets one writer at a time at a trust file, among threads and processes: an exclusive lock (flock on Unix) on a file
/// beside it, which the system releases whatever becomes of the process. The file stays, since removing it would let
/// two hold locks of the same name.
/// </summary>
internal static class TrustFileLock
{
    // The first spins yield, the later ones sleep for a millisecond or more: some seconds in all. A writer holds the
    // lock for one small write and its flush.
    private const int AttemptsMax = 3_000;

    private const int WouldBlockLinux = 11;
    private const int WouldBlockBsd = 35;
    private const int SharingViolation = unchecked((int)0x80070020);

    /// <summary>Waits for the lock; never call it on an I/O thread.</summary>
    /// <param name="what">What the trust file is, for messages.</param>
    /// <param name="path">Full path of the trust file.</param>
    /// <returns>Disposing it releases the lock.</returns>
    /// <exception cref="KeyFileException">The lock cannot be opened, or somebody keeps it for seconds.</exception>
    internal static FileStream Acquire(string what, string path)
    {
        string name = path + ".lock";
        var spin = new SpinWait();
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return KeyFiles.Open(name, FileMode.OpenOrCreate, FileShare.None);
            }
            catch (IOException e) when (IsHeld(e))
            {
                if (attempt == AttemptsMax)
                {
                    throw new KeyFileException(path,
                        $"cannot write {what} {path}: another process keeps {name} locked; try again", cause: e);
                }

                spin.SpinOnce();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                string cause = Directory.Exists(name) ? "it is a folder; remove it" : KeyFiles.Reason(e);
                throw new KeyFileException(path, $"cannot write {what} {path}: cannot lock {name}: {cause}", cause: e);
            }
        }
    }

    private static bool IsHeld(IOException error) =>
        error.HResult is WouldBlockLinux or WouldBlockBsd or SharingViolation;
}
