using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// The keys that servers had when they were first met: a file with one line for each, <c>SERVER FINGERPRINT
/// [COMMENT]</c>, where a server may have several. Every look-up reads the file, so that what other processes add or
/// people remove counts at once; connecting is rare. Any thread, but not an I/O thread: it reads a disk and may wait
/// for another writer.
/// </summary>
/// <param name="path">The file; it need not exist.</param>
public sealed class KnownHosts(string path)
{
    private const string What = "known-hosts file";
    private const string FileName = "known_hosts";

    /// <summary>The file as it was named.</summary>
    public string Path { get; } = string.IsNullOrEmpty(path)
        ? throw new ArgumentException("a known-hosts file needs a path", nameof(path))
        : path;

    /// <summary>The file in the state directory: <c>$XDG_STATE_HOME/npfast/known_hosts</c>, or
    /// <c>~/.local/state/npfast/known_hosts</c>.</summary>
    /// <exception cref="KeyFileException">There is neither a home directory nor a variable that names a
    /// directory.</exception>
    public static KnownHosts Default() => In(null);

    /// <summary>Looks a server up. A file that does not exist knows nobody; one that cannot be read or understood is
    /// an error, never an empty one.</summary>
    /// <param name="server">The server as the file names it; compared character by character.</param>
    /// <param name="presented">The key that it shows.</param>
    /// <exception cref="KeyFileException">The file cannot be used; the message says where and why.</exception>
    public KnownHostLookup Find(string server, KeyFingerprint presented)
    {
        RequireName(server);
        ArgumentNullException.ThrowIfNull(presented);
        try
        {
            return Lookup(server, presented);
        }
        catch (KeyFileException e) when (e.Line > 0)
        {
            // It may have been half of a line that somebody is just writing. Behind the lock nobody is.
            using FileStream? held = LockOrNull();
            if (held is null)
            {
                throw;
            }

            return Lookup(server, presented);
        }
    }

    /// <summary>
    /// Looks a server up, and records its key if it is unknown. Of processes that race to record the first key one
    /// wins, and the others see what it has recorded.
    /// </summary>
    /// <param name="server">The server as the file is to name it: no blanks, no # in front.</param>
    /// <param name="presented">The key that it shows.</param>
    /// <returns><see cref="KnownHostStatus.Unknown"/> when the key has just been recorded, else as
    /// <see cref="Find"/>.</returns>
    /// <exception cref="KeyFileException">The file cannot be used or written.</exception>
    public KnownHostLookup FindOrAdd(string server, KeyFingerprint presented)
    {
        KnownHostLookup found = Find(server, presented);
        if (found.Status != KnownHostStatus.Unknown)
        {
            return found;
        }

        string full = System.IO.Path.GetFullPath(Path);
        try
        {
            string ancestor = KeyFiles.CreateFolderOf(full);
            FileTrust.RequireFolders(What, Path);
            using FileStream held = TrustFileLock.Acquire(What, full);
            found = Lookup(server, presented);
            if (found.Status == KnownHostStatus.Unknown)
            {
                Append(full, $"{server} {presented}\n");
                KeyFiles.FlushNames(full, ancestor);
            }

            return found;
        }
        catch (Exception e) when (e is IOException and not KeyFileException or UnauthorizedAccessException)
        {
            throw KeyFiles.Unwritable(What, Path, e);
        }
    }

    /// <summary>The file in a state directory; null takes the process's own.</summary>
    /// <exception cref="KeyFileException">Nothing says where the process's own is.</exception>
    internal static KnownHosts In(string? stateDirectory) =>
        new(System.IO.Path.Combine(stateDirectory ?? StateDirectory.Find(), FileName));

    /// <exception cref="ArgumentException">No line can begin with this name.</exception>
    internal static void RequireName(string server)
    {
        ArgumentException.ThrowIfNullOrEmpty(server);
        bool fits = server[0] is not ('#' or '\uFEFF');
        foreach (char c in server)
        {
            fits &= !char.IsWhiteSpace(c) && !char.IsControl(c);
        }

        if (!fits)
        {
            throw new ArgumentException(
                $"a known-hosts file cannot hold the server name '{server}': it has a blank, a control character or a "
                + "# in front; pin the server's fingerprint instead", nameof(server));
        }
    }

    private KnownHostLookup Lookup(string server, KeyFingerprint presented)
    {
        // Only what is certainly not there is empty; Read tells a missing file from one that cannot be read.
        if (!KeyFiles.IsTaken(Path))
        {
            return new KnownHostLookup(KnownHostStatus.Unknown, []);
        }

        var known = new List<KnownHostKey>();
        bool match = false;

        // Every line is parsed, not only the server's own: a damaged line may be the one that would have matched.
        foreach ((int number, string text) in TrustFile.ReadEntries(What, Path))
        {
            string rest = text;
            string name = TrustFile.TakeWord(ref rest);
            if (rest.Length == 0)
            {
                throw TrustFile.Malformed(What, Path, number,
                    $"expected SERVER FINGERPRINT, found only '{name}'; complete or remove the line");
            }

            KeyFingerprint fingerprint = TrustFile.ParseFingerprint(What, Path, number, TrustFile.TakeWord(ref rest));
            if (name == server)
            {
                known.Add(new KnownHostKey(fingerprint, number));
                match |= fingerprint.Equals(presented);
            }
        }

        KnownHostStatus other = known.Count == 0 ? KnownHostStatus.Unknown : KnownHostStatus.Changed;
        return new KnownHostLookup(match ? KnownHostStatus.Match : other, known);
    }

    // The fault of the file is worth more to its user than that of the lock, which helps only a reader that came in the
    // middle of a write. Whoever may not write beside the file may still read it.
    private FileStream? LockOrNull()
    {
        try
        {
            return TrustFileLock.Acquire(What, System.IO.Path.GetFullPath(Path));
        }
        catch (KeyFileException)
        {
            return null;
        }
    }

    /// <summary>
    /// Appends rather than replaces the file, so that its owner, mode and links stay. What a full disk cuts short is
    /// taken back; what a crash cuts short is no complete fingerprint, and so an error and no trust.
    /// </summary>
    private static void Append(string path, string line)
    {
        using FileStream file = KeyFiles.Open(path, FileMode.OpenOrCreate);
        long end = file.Length;
        string entry = EndsInsideALine(file) ? "\n" + line : line;
        byte[] bytes = Encoding.UTF8.GetBytes(entry);
        if (end + bytes.Length > TrustFile.BytesMax)
        {
            throw new KeyFileException(path, $"{What} {path} is full ({end} bytes); remove servers that are gone");
        }

        file.Position = end;
        try
        {
            file.Write(bytes);
            SystemFiles.Flush(file.SafeFileHandle);
        }
        catch (IOException)
        {
            file.SetLength(end);
            throw;
        }
    }

    private static bool EndsInsideALine(FileStream file)
    {
        if (file.Length == 0)
        {
            return false;
        }

        file.Position = file.Length - 1;
        return file.ReadByte() != '\n';
    }
}
