using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>The options of <c>npfast relay</c> that say who may connect to its Unix sockets.</summary>
internal static class LocalParameters
{
    internal static Option<UnixFileMode?> Mode { get; } = Parameters.Option<UnixFileMode?>(
        "--socket-mode", "MODE", "Mode of Unix sockets' files, in octal; 0600, their owner alone, unless given",
        ParseMode);

    internal static Option<(uint? User, uint? Group)> Owner { get; } = Parameters.Option<(uint?, uint?)>(
        "--socket-owner", "USER[:GROUP]", "Who owns Unix sockets' files, by names or numbers; :GROUP changes the group "
        + "alone", ParseOwner);

    internal static Option<IReadOnlyList<IReadOnlyList<uint>>> Users { get; } =
        Parameters.Repeatable<IReadOnlyList<uint>>(
            "--allow-user", "USER[,USER]", "Lets only these users' processes, and --allow-group's, connect to Unix "
            + "sockets; repeatable", ParseUsers);

    internal static Option<IReadOnlyList<IReadOnlyList<uint>>> Groups { get; } =
        Parameters.Repeatable<IReadOnlyList<uint>>(
            "--allow-group", "GROUP[,GROUP]", "Lets only processes in these groups, and --allow-user's, connect to "
            + "Unix sockets; repeatable", ParseGroups);

    internal static IReadOnlyList<Option> All { get; } = [Mode, Owner, Users, Groups];

    /// <summary>Gives every Unix socket its access.</summary>
    /// <exception cref="UsageException">There is no listener that an option could be for.</exception>
    internal static ServerListener Apply(ParseResult parsed, ServerListener listener)
    {
        Endpoint endpoint = listener.Endpoint;
        if (endpoint.Scheme != EndpointScheme.Unix)
        {
            return listener;
        }

        var access = new LocalAccess
        {
            AllowedUsers = [.. (parsed.GetValue(Users) ?? []).SelectMany(static u => u)],
            AllowedGroups = [.. (parsed.GetValue(Groups) ?? []).SelectMany(static g => g)],
        };
        if (!endpoint.IsAbstract)
        {
            (uint? user, uint? group) = parsed.GetValue(Owner);
            access = access with
            {
                FileMode = parsed.GetValue(Mode) ?? access.FileMode,
                FileOwner = user,
                FileGroup = group,
            };
        }

        return listener with { Local = access };
    }

    /// <summary>What does nothing is a mistake, and here one that somebody might rely on.</summary>
    /// <exception cref="UsageException">There is no listener that an option could be for.</exception>
    internal static void RequireUse(ParseResult parsed, IReadOnlyList<Endpoint> endpoints)
    {
        bool hasSocket = endpoints.Any(static e => e.Scheme == EndpointScheme.Unix);
        bool hasFile = endpoints.Any(static e => e is { Scheme: EndpointScheme.Unix, IsAbstract: false });
        foreach (Option option in All)
        {
            bool needsFile = option == Mode || option == Owner;
            if (TrustOptions.IsGiven(parsed, option) && !(needsFile ? hasFile : hasSocket))
            {
                throw new UsageException($"{option.Name} needs a listener on a Unix socket"
                    + (needsFile ? " with a file" : "") + "; leave it out, or listen on unix:///PATH");
            }
        }
    }

    private static string? ParseMode(string text, out UnixFileMode? value)
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

    private static string? ParseOwner(string text, out (uint? User, uint? Group) value)
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

    private static string? ParseUsers(string text, out IReadOnlyList<uint> value) =>
        ParseAll(text, FindUser, out value);

    private static string? ParseGroups(string text, out IReadOnlyList<uint> value) =>
        ParseAll(text, FindGroup, out value);

    private static string? ParseAll(string text, TextParser<uint> find, out IReadOnlyList<uint> value)
    {
        var numbers = new List<uint>();
        value = numbers;
        foreach (string name in text.Split(','))
        {
            if (find(name, out uint number) is { } fault)
            {
                return fault;
            }

            numbers.Add(number);
        }

        return null;
    }

    private static string? FindUser(string name, out uint user) =>
        IsNumber(name, out user) || (SystemPeers.IsSupported && SystemAccounts.TryFindUser(name, out user))
            ? null
            : $"'{name}' is no user of this system; use a name or a number";

    private static string? FindGroup(string name, out uint group) =>
        IsNumber(name, out group) || (SystemPeers.IsSupported && SystemAccounts.TryFindGroup(name, out group))
            ? null
            : $"'{name}' is no group of this system; use a name or a number";

    // 2^32-1 stands for nobody in the system's calls.
    private static bool IsNumber(string text, out uint number) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number != uint.MaxValue;
}
