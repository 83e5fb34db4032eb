using System.Collections.Generic;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Certificates;

/// <summary>The files that certificates and trust come from, as they were when they were read.</summary>
internal sealed class FileSet
{
    private readonly List<(string Path, FileStamp Stamp)> files = [];

    /// <summary>Notes a file before it is read, so that what changes meanwhile is seen as a change.</summary>
    internal void Add(string? path)
    {
        if (path is not null)
        {
            files.Add((path, FileStamp.Of(path)));
        }
    }

    internal void Add(CertificateFiles? certificate)
    {
        Add(certificate?.Certificate);
        Add(certificate?.Key);
        if (certificate?.PasswordFile is { } password && SecretSource.VariableOf(password) is null)
        {
            Add(password);
        }
    }

    internal bool HasChanged => files.Exists(static f => FileStamp.Of(f.Path) != f.Stamp);
}
