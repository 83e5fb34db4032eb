namespace NetworkProtocol.Fast.Memory;

/// <summary>What a path leads to, as far as anybody here cares.</summary>
internal enum FileKind
{
    /// <summary>A pipe, a device, a symbolic link that was not followed.</summary>
    Other,
    Regular,
    Folder,
    Socket,
}
