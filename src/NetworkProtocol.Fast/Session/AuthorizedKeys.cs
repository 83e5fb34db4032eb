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

    private AuthorizedKeys(string path, AuthorizedKeyList list)
    {
        Path = path;
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
        return new AuthorizedKeys(path, AuthorizedKeyList.Read(path));
    }

    /// <summary>Reads the file again. Sessions that were let in before stay; ask again for those that must
    /// not.</summary>
    /// <exception cref="KeyFileException">The file cannot be used; the list is what it was before.</exception>
    public void Reload() => Volatile.Write(ref current, AuthorizedKeyList.Read(Path));

    /// <summary>Finds a client by its key.</summary>
    /// <param name="key">A key that the client has proved to have.</param>
    /// <param name="name">Who that is: the rest of its line, or the fingerprint where there is none.</param>
    public bool TryFind(KeyFingerprint key, [NotNullWhen(true)] out string? name)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Volatile.Read(ref current).TryFind(key, out name);
    }
}
