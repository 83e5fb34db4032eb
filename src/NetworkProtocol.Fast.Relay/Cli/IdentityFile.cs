using System.IO;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>The file with this node's private key, and where it is unless the command line says so.</summary>
internal static class IdentityFile
{
    private const string Name = "identity.pem";

    /// <summary>The file in a state directory; null takes the process's own.</summary>
    /// <exception cref="KeyFileException">Nothing says where the process's own is.</exception>
    internal static string PathIn(string? stateDirectory) =>
        Path.Combine(stateDirectory ?? StateDirectory.Find(), Name);

    /// <summary>The fingerprint of the key in a state directory; null when there is none that can be used, which is for
    /// whoever needs it to complain about.</summary>
    /// <param name="stateDirectory">The directory; null takes the process's own.</param>
    /// <param name="fault">Why the key that is there cannot be used; null when it can, or there is none.</param>
    internal static KeyFingerprint? FindOwn(string? stateDirectory, out string? fault)
    {
        fault = null;
        try
        {
            string path = PathIn(stateDirectory);
            if (!KeyFiles.IsTaken(path))
            {
                return null;
            }

            using KeyText text = KeyText.ReadFile(path);
            return IdentityPublicKey.Read(text).Fingerprint;
        }
        catch (KeyFileException e)
        {
            fault = e.Message;
            return null;
        }
    }

    /// <summary>What a refusal adds when the own key could not be used.</summary>
    internal static string Describe(string? fault) =>
        fault is null ? string.Empty : $"; your own key was left out of account: {fault}";

    /// <summary>
    /// Reads the key, or makes one if there is no such file. Whatever is there and cannot be read is an error: a new
    /// key in its place would be a stranger to everybody who knows the old one.
    /// </summary>
    /// <exception cref="KeyFileException">The file is no good, or cannot be written.</exception>
    internal static IdentityKey OpenOrCreate(string path, ILogger logger)
    {
        if (KeyFiles.IsTaken(path))
        {
            return IdentityKey.ReadFile(path);
        }

        IdentityKey created = IdentityKey.Create();
        try
        {
            created.WriteFile(path);
        }
        catch (KeyFileException) when (KeyFiles.IsTaken(path))
        {
            // Another process was faster, and a file of this kind appears whole.
            created.Dispose();
            return IdentityKey.ReadFile(path);
        }

        CliLog.IdentityCreated(logger, path, created.Fingerprint);
        return created;
    }
}
