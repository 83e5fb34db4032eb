using System;
using System.IO;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// Who can change a file that trust rests on: its owner, and whoever can put another one in its place. Both may only be
/// root and the user of this process, as sshd has it with StrictModes. On systems that do not say to whom a file
/// belongs nothing is refused.
/// </summary>
internal static class FileTrust
{
    // As many symbolic links as Linux follows (path_resolution(7)).
    private const int LinksMax = 40;

    /// <summary>The file belongs to root or the user, and so do the folders through which its path leads.</summary>
    /// <exception cref="KeyFileException">It does not; the message says which one, and what to do.</exception>
    internal static void Require(string what, string path, in FileStatus status)
    {
        if (status.Owner is { } owner && !IsTrusted(owner))
        {
            throw new KeyFileException(path,
                $"{what} {path} belongs to user {owner}, who can change it, not to {Trusted}; "
                + $"make sure that it holds what it should, then run chown {SystemFiles.EffectiveUser} {path}");
        }

        RequireFolders(what, path);
    }

    /// <summary>Whether others than its owner can read or change a file. The credentials of a service
    /// (systemd.exec(5), LoadCredential=) belong to root, and an access list lets the service read them, which a mode
    /// shows as its group.</summary>
    internal static bool IsOpenToOthers(string path, in FileStatus status)
    {
        UnixFileMode open = status.Mode & KeyFiles.OpenToOthers;
        return open != 0 && !(open == UnixFileMode.GroupRead && status.Owner == 0 && IsCredential(path));
    }

    /// <summary>Nobody else can put another file in the place of the one that a path names, or of a symbolic link on
    /// the way to it. Secrets are often mounted as such links.</summary>
    /// <exception cref="KeyFileException">Somebody can.</exception>
    internal static void RequireFolders(string what, string path)
    {
        // Nothing is made shorter on the way: with links in a path, a/../b need not be b.
        string at = Path.Combine(Environment.CurrentDirectory, path);
        for (int links = 0; links < LinksMax; links++)
        {
            string folder = Path.GetDirectoryName(at) ?? at;
            RequireFolder(what, path, folder);
            if (new FileInfo(at).LinkTarget is not { } target)
            {
                return;
            }

            at = Path.Combine(folder, target);
        }
    }

    /// <summary>Nobody else can replace what is in a folder. With the sticky bit, as that of /tmp, everybody may add
    /// files, and each is left to its owner.</summary>
    /// <exception cref="KeyFileException">Somebody can.</exception>
    internal static void RequireFolder(string what, string path, string folder)
    {
        if (!SystemFiles.IsSupported)
        {
            return;
        }

        if (!SystemFiles.TryLook(folder, followsLink: true, out FileStatus status))
        {
            throw new KeyFileException(path,
                $"cannot tell who can replace {what} {path}: its folder {folder} cannot be looked at; check its mode");
        }

        if (status.Owner is { } owner && !IsTrusted(owner))
        {
            throw new KeyFileException(path,
                $"{what} {path} is in a folder of user {owner}, who can replace it, not of {Trusted}; "
                + $"run chown {SystemFiles.EffectiveUser} {folder}, or keep the file elsewhere");
        }

        if ((status.Mode & KeyFiles.OthersWrite) != 0 && (status.Mode & UnixFileMode.StickyBit) == 0)
        {
            throw new KeyFileException(path,
                $"{what} {path} can be replaced by others: they can write to its folder (mode "
                + $"{KeyFiles.Octal(status.Mode)}); run chmod go-w {folder}, or keep the file elsewhere");
        }
    }

    private static bool IsCredential(string path)
    {
        string? credentials = Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY");
        string place = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
        return Path.IsPathFullyQualified(credentials ?? string.Empty)
            && Path.GetDirectoryName(place) == Path.TrimEndingDirectorySeparator(Path.GetFullPath(credentials!));
    }

    private static bool IsTrusted(uint owner) => owner == 0 || owner == SystemFiles.EffectiveUser;

    private static string Trusted => SystemFiles.EffectiveUser is not 0 and var user ? $"you ({user}) or root" : "root";
}
