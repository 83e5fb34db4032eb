using System;
using System.IO;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// Where identities and known hosts are kept unless a path is given. Environment variables are an argument, so that
/// tests need not change those of their process.
/// </summary>
internal static class StateDirectory
{
    private const string Name = "npfast";

    /// <summary>The directory of this process; it need not exist.</summary>
    /// <exception cref="KeyFileException">Nothing says where it could be.</exception>
    internal static string Find() => Find(
        Environment.GetEnvironmentVariable,
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify));

    /// <summary>
    /// systemd's <c>STATE_DIRECTORY</c> (systemd.exec(5); the first of several), else <c>XDG_STATE_HOME/npfast</c>,
    /// else <c>~/.local/state/npfast</c> (XDG Base Directory Specification 0.8, which has relative paths ignored).
    /// </summary>
    internal static string Find(Func<string, string?> variable, string home)
    {
        string service = (variable("STATE_DIRECTORY") ?? string.Empty).Split(':', 2)[0];
        if (!OperatingSystem.IsWindows() && Path.IsPathFullyQualified(service))
        {
            return service;
        }

        string? state = variable("XDG_STATE_HOME");
        if (state is not null && Path.IsPathFullyQualified(state))
        {
            return Path.Combine(state, Name);
        }

        return Path.IsPathFullyQualified(home)
            ? Path.Combine(home, ".local", "state", Name)
            : throw new KeyFileException(
                Name, "there is no home directory to keep keys in; set XDG_STATE_HOME, or name files and directories");
    }
}
