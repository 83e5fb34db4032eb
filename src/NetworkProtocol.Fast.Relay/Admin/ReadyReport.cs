using System.Collections.Generic;

namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>Whether clients should be sent here.</summary>
/// <param name="Ready">Yes, or no.</param>
/// <param name="State">As in <see cref="StatusReport.State"/>.</param>
/// <param name="Upstreams">Live links of each upstream, and how many it is to have.</param>
internal sealed record ReadyReport(bool Ready, string State, IReadOnlyDictionary<string, UpstreamHealth> Upstreams);
