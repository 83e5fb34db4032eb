using System.Collections.Generic;

namespace NetworkProtocol.Fast.Session;

/// <summary>What looking up a server's key found.</summary>
/// <param name="Status">How the presented key relates to the known ones.</param>
/// <param name="Known">All keys the file has for the server, in its order; empty for an unknown server.</param>
public sealed record KnownHostLookup(KnownHostStatus Status, IReadOnlyList<KnownHostKey> Known);
