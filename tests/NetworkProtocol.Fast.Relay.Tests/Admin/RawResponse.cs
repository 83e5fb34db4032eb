using System.Collections.Generic;

namespace NetworkProtocol.Fast.Relay.Tests.Admin;

/// <summary>A response as it came.</summary>
internal sealed record RawResponse(int Status, IReadOnlyDictionary<string, string> Headers, string Body);
