using System.Collections.Generic;
using System.Globalization;

namespace NetworkProtocol.Fast.Memory;

/// <summary>
/// The process at the other end of a local connection, as the system knows it (SO_PEERCRED of unix(7), LOCAL_PEERCRED
/// of macOS). It is as it was when that end connected: the process may have changed or ended since.
/// </summary>
/// <param name="ProcessId">Its number; in another pid namespace, as in a container, it may be 0.</param>
/// <param name="UserId">Effective user.</param>
/// <param name="GroupId">Effective group.</param>
public sealed record PeerCredentials(int ProcessId, uint UserId, uint GroupId)
{
    /// <summary>Further groups of the process, in no order; empty where the system does not say.</summary>
    public IReadOnlyList<uint> Groups { get; init; } = [];

    /// <summary>For logs, as <c>pid 41 uid 1000 gid 1000</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"pid {ProcessId} uid {UserId} gid {GroupId}");
}
