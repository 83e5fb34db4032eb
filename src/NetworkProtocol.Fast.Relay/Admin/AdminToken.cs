using System;
using System.Security.Cryptography;
using System.Text;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>
/// The secret that changes need. Only its SHA-256 is kept, and compared in constant time, whatever length is presented.
/// </summary>
internal sealed class AdminToken
{
    private const int CharactersMin = 16;
    private const int CharactersMax = 1024;

    private readonly byte[] digest;

    private AdminToken(ReadOnlySpan<byte> text) => digest = SHA256.HashData(text);

    /// <summary>The token of the source, else that of <see cref="AdminKeys.TokenVariable"/>; null when there is
    /// neither.</summary>
    /// <exception cref="KeyFileException">File or variable cannot be used; the message says why.</exception>
    internal static AdminToken? Find(string? source) =>
        Text(source) is { } text ? new AdminToken(Encoding.ASCII.GetBytes(text)) : null;

    /// <summary>The same as text, for whoever has to present it.</summary>
    internal static string? Text(string? source)
    {
        string? variable = source is null ? AdminKeys.TokenVariable : SecretSource.VariableOf(source);
        if (variable is not null)
        {
            bool mayBeUnset = source is null && string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));
            return mayBeUnset ? null : Usable(SecretSource.Read("admin token", variable), variable, variable);
        }

        byte[] content = KeyFiles.Read("token file", source!, CharactersMax + 2, out FileStatus status,
            "make one: (umask 077; openssl rand -base64 32 > FILE)");
        string text = Encoding.ASCII.GetString(content).Trim();
        CryptographicOperations.ZeroMemory(content);
        return FileTrust.IsOpenToOthers(source!, in status)
            ? throw new KeyFileException(source!, $"token file {source} can be read or changed by others (mode "
                + $"{KeyFiles.Octal(status.Mode)}); chmod 600 it, and change the token if others may have read it")
            : Usable(text, source!, $"token file {source}");
    }

    /// <summary>Whether an Authorization header presents the token.</summary>
    internal bool IsPresentedBy(string? authorization)
    {
        const string Scheme = "Bearer ";
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        Span<byte> presented = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(authorization[Scheme.Length..].Trim()), presented);
        return CryptographicOperations.FixedTimeEquals(presented, digest);
    }

    public override string ToString() => "***";

    private static string Usable(string text, string path, string what) =>
        Fault(text) is { } fault ? throw new KeyFileException(path, $"{what}: {fault}") : text;

    private static string? Fault(string text) =>
        text.Length < CharactersMin ? $"the token has {text.Length} characters; use at least {CharactersMin}"
        : text.Length > CharactersMax ? $"the token is longer than {CharactersMax} characters; use a shorter one"
        : text.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? "the token has a space or a character that is not ASCII; use letters and digits"
            : null;
}
