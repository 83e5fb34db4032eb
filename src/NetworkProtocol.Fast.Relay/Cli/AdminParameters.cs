using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Relay.Admin;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>The token of the admin listener.</summary>
internal static class AdminParameters
{
    /// <summary>The token that changes need; null for none.</summary>
    /// <exception cref="System.IO.IOException">It cannot be read, or used.</exception>
    /// <exception cref="UsageException">There is none and there has to be one.</exception>
    internal static AdminToken? TokenOf(AdminOptions options)
    {
        AdminToken? token = AdminToken.Find(options.TokenFile);
        return token is not null || options.Endpoint.IsLoopback
            ? token
            : throw new UsageException($"{AdminKeys.Address.Flag}: {options.Endpoint} can be reached from "
                + "other machines, so it "
                + $"needs a token; name its file with {AdminKeys.TokenFile.Flag}, or set {AdminToken.Variable}");
    }
}
