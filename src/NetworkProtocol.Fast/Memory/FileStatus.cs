using System.IO;

namespace NetworkProtocol.Fast.Memory;

/// <summary>What the system knows about a file.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Mode">Who may do what with it, and the sticky bit of a folder.</param>
/// <param name="Owner">Number of the user to whom it belongs; null where the system does not say.</param>
/// <param name="Device">With <paramref name="Inode"/>: which file it is.</param>
/// <param name="Inode">Its number on the device.</param>
/// <param name="ChangedNs">When it, its mode or its owner was last changed, in nanoseconds since 1970: what no program
/// can set.</param>
internal readonly record struct FileStatus(
    FileKind Kind, UnixFileMode Mode, uint? Owner, ulong Device, ulong Inode, long ChangedNs);
