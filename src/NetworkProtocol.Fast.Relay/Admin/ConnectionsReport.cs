using System.Collections.Generic;

namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>Client connections, the oldest first, as many as were asked for of all there are.</summary>
internal sealed record ConnectionsReport(int Total, IReadOnlyList<ConnectionReport> Connections);
