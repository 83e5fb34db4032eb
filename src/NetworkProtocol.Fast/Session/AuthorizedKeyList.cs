using System.Collections.Frozen;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// The clients that a file of authorised keys had when it was read: a line <c>FINGERPRINT [NAME]</c> for each.
/// Immutable. The look-up takes a hash table and no constant time: what it could tell is which fingerprints are listed,
/// these are hashes of public keys, and a client has proved to own its key before it is looked up.
/// </summary>
internal sealed class AuthorizedKeyList
{
    private const string What = "authorised-keys file";

    private readonly FrozenDictionary<KeyFingerprint, string> names;

    private AuthorizedKeyList(Dictionary<KeyFingerprint, string> names) => this.names = names.ToFrozenDictionary();

    internal int Count => names.Count;

    /// <summary>Reads a file; one without any key is legal and authorises nobody.</summary>
    /// <exception cref="KeyFileException">It cannot be read, or a line is malformed or repeats a key.</exception>
    internal static AuthorizedKeyList Read(string path)
    {
        var names = new Dictionary<KeyFingerprint, string>();
        var lines = new Dictionary<KeyFingerprint, int>();
        foreach ((int number, string text) in TrustFile.ReadEntries(What, path))
        {
            string name = text;
            KeyFingerprint key = TrustFile.ParseFingerprint(What, path, number, TrustFile.TakeWord(ref name));
            if (!lines.TryAdd(key, number))
            {
                // One key with two names: whoever reads the log would not know who it was.
                throw TrustFile.Malformed(
                    What, path, number, $"repeats the key of line {lines[key]}; remove one of the two");
            }

            names.Add(key, name.Length > 0 ? name : key.ToString());
        }

        return new AuthorizedKeyList(names);
    }

    /// <summary>Finds a client by its key; its name is the comment of its line, else the fingerprint.</summary>
    internal bool TryFind(KeyFingerprint key, [NotNullWhen(true)] out string? name) => names.TryGetValue(key, out name);
}
