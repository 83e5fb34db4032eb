using System;
using System.Text.RegularExpressions;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>The variables that Kubernetes sets in every pod for each Service, also for one called network-protocol or
/// network-protocol-server: NAME_SERVICE_HOST, NAME_SERVICE_PORT, NAME_PORT=tcp://…, NAME_PORT_9000_TCP_ADDR. They
/// are nobody's slip.</summary>
internal static partial class ServiceVariables
{
    /// <summary>Whether a variable that is no key is one of them.</summary>
    internal static bool Contain(string name, string value) =>
        Rest().IsMatch(name) && (!name.EndsWith("_PORT", StringComparison.Ordinal)
            || name.EndsWith("_SERVICE_PORT", StringComparison.Ordinal)
            || PortOfOne().IsMatch(name)
            || value.Contains("://", StringComparison.Ordinal));

    [GeneratedRegex(@"_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$")]
    private static partial Regex Rest();

    [GeneratedRegex(@"_PORT_\d+_(TCP|UDP|SCTP)_PORT$")]
    private static partial Regex PortOfOne();
}
