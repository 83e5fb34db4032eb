using System;
using System.Globalization;
using System.IO;
using System.Linq;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Transport;

/// <summary>Reads modes, users and groups as people write them. Each method returns null when the text is good, else
/// what is wrong with it and what to write.</summary>
internal static class LocalNames
{
    /// <summary>The mode of a file, in octal.</summary>
    internal static string? ParseMode(string text, out UnixFileMode value)
    {
        int mode = 0;
        bool isOctal = text.Length is 3 or 4 && text.All(static c => c is >= '0' and <= '7');
        foreach (char c in isOctal ? text : "")
        {
            mode = (mode * 8) + (c - '0');
        }

        value = (UnixFileMode)mode;
        return isOctal && mode <= 0x1ff ? null : $"'{text}' is not a mode; write 0000 to 0777, like 0660";
    }

    /// <summary>USER, USER:GROUP or :GROUP.</summary>
    internal static string? ParseOwner(string text, out (uint? User, uint? Group) value)
    {
        value = default;
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string user = colon < 0 ? text : text[..colon];
        string? group = colon < 0 ? null : text[(colon + 1)..];
        if (user.Length == 0 && group is null or { Length: 0 })
        {
            return $"'{text}' names nobody; write USER, USER:GROUP or :GROUP";
        }

        string? fault = null;
        if (user.Length > 0)
        {
            fault = FindUser(user, out uint number);
            value.User = number;
        }

        if (fault is null && group is not null)
        {
            fault = FindGroup(group, out uint number);
            value.Group = number;
        }

        return fault;
    }

    /// <summary>A user by name or number.</summary>
    internal static string? FindUser(string name, out uint user) =>
        IsNumber(name, out user) || (SystemPeers.IsSupported && SystemAccounts.TryFindUser(name, out user))
            ? null
            : $"'{name}' is no user of this system; use a name or a number";

    /// <summary>A group by name or number.</summary>
    internal static string? FindGroup(string name, out uint group) =>
        IsNumber(name, out group) || (SystemPeers.IsSupported && SystemAccounts.TryFindGroup(name, out group))
            ? null
            : $"'{name}' is no group of this system; use a name or a number";

    // 2^32-1 stands for nobody in the system's calls.
    private static bool IsNumber(string text, out uint number) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number != uint.MaxValue;
}
