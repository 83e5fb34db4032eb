using System;
using System.Diagnostics.CodeAnalysis;
using System.Threading;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// The clients that a server authorises, as a file has them. Any thread looks up; a reload replaces the whole list in
/// one step, or leaves it as it is when the file cannot be used.
/// </summary>
public sealed class AuthorizedKeys
{
    private AuthorizedKeyList current;
    private FileStamp stamp;

    private AuthorizedKeys(string path, FileStamp stamp, AuthorizedKeyList list)
    {
        Path = path;
        this.stamp = stamp;
        current = list;
    }

    /// <summary>The file as it was named.</summary>
    public string Path { get; }

    /// <summary>How many keys are authorised.</summary>
    public int Count => Volatile.Read(ref current).Count;

    /// <summary>Reads the file: a line <c>FINGERPRINT [NAME]</c> for each client; empty lines and those that begin with
    /// # are comments.</summary>
    /// <exception cref="KeyFileException">The file cannot be read, can be changed by others, or a line is malformed
    /// or repeats a key; the message says which.</exception>
    public static AuthorizedKeys Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);

        // The stamp first: what changes while the file is read will be seen as a change.
        FileStamp stamp = FileStamp.Of(path);
        return new AuthorizedKeys(path, stamp, AuthorizedKeyList.Read(path));
    }

    /// <summary>Reads the file again now. A server does so by itself within about a second of a change, and ends the
    /// sessions of clients that the list has no more, or by another name.</summary>
    /// <exception cref="KeyFileException">The file cannot be used; the list is what it was before.</exception>
    public void Reload()
    {
        FileStamp seen = FileStamp.Of(Path);
        Volatile.Write(ref current, AuthorizedKeyList.Read(Path));
        stamp = seen;
    }

    /// <summary>The list in force; another object after each reload.</summary>
    internal object Current => Volatile.Read(ref current);

    /// <summary>Reads the file again if its time or length is not what it was, or if it could not be read the last
    /// time. For one thread at a time.</summary>
    /// <exception cref="KeyFileException">The file cannot be used; the list is what it was before.</exception>
    internal void ReloadIfChanged()
    {
        if (FileStamp.Of(Path) != stamp)
        {
            Reload();
        }
    }

    /// <summary>Finds a client by its key.</summary>
    /// <param name="key">A key that the client has proved to have.</param>
    /// <param name="name">Who that is: the rest of its line, or the fingerprint where there is none.</param>
    public bool TryFind(KeyFingerprint key, [NotNullWhen(true)] out string? name)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Volatile.Read(ref current).TryFind(key, out name);
    }
}
