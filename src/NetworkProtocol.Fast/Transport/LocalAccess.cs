using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Transport;

/// <summary>Who may connect to a Unix socket: by its file, and by what the system says of each peer.</summary>
public sealed record LocalAccess
{
    /// <summary>Mode of the socket's file. Connecting needs write permission (unix(7)); the folder's mode counts as
    /// well. Its owner alone unless set.</summary>
    public UnixFileMode FileMode { get; init; } = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>User who owns the file; null leaves it to this process. Another one needs CAP_CHOWN.</summary>
    public uint? FileOwner { get; init; }

    /// <summary>Group of the file; null leaves it to the system. One that this process is not in needs
    /// CAP_CHOWN.</summary>
    public uint? FileGroup { get; init; }

    /// <summary>Users who may connect, besides <see cref="AllowedGroups"/>; if both are empty, whoever the file lets
    /// in. On abstract names, which have no file, only this process' own user then. Root is no exception.</summary>
    public IReadOnlyList<uint> AllowedUsers { get; init; } = [];

    /// <summary>Groups whose members may connect: by the effective group or a further one.</summary>
    public IReadOnlyList<uint> AllowedGroups { get; init; } = [];

    /// <summary>Whether peers are looked at, and not the file alone.</summary>
    public bool IsRestricted => AllowedUsers.Count + AllowedGroups.Count > 0;

    /// <summary>Checks every value.</summary>
    /// <returns>This record.</returns>
    /// <exception cref="ArgumentException">It cannot be had for this endpoint or on this system; the message says
    /// which and why.</exception>
    public LocalAccess Validate(Endpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(AllowedUsers);
        ArgumentNullException.ThrowIfNull(AllowedGroups);
        if (endpoint.Scheme != EndpointScheme.Unix)
        {
            throw new ArgumentException($"{endpoint} is no Unix socket, so leave its local access out");
        }

        if ((FileMode & ~(UnixFileMode)0x1ff) != 0)
        {
            throw new ArgumentException("the mode of a socket's file is 0000 to 0777 in octal");
        }

        if (endpoint.IsAbstract && (FileOwner ?? FileGroup) is not null)
        {
            throw new ArgumentException($"{endpoint} has no file and so no owner; allow users instead");
        }

        if (IsRestricted && !SystemPeers.IsSupported)
        {
            throw new ArgumentException("this system does not say who connects; protect the folder of the socket");
        }

        return this;
    }

    /// <summary>Whether this peer may connect; one that the system says nothing of may not where it matters.</summary>
    internal bool Allows(Endpoint endpoint, PeerCredentials? peer)
    {
        if (!IsRestricted)
        {
            return !endpoint.IsAbstract || peer?.UserId == SystemFiles.EffectiveUser;
        }

        return peer is not null && (AllowedUsers.Contains(peer.UserId)
            || AllowedGroups.Contains(peer.GroupId) || peer.Groups.Any(AllowedGroups.Contains));
    }
}
