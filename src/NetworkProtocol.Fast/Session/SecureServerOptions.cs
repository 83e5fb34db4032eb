using System;

namespace NetworkProtocol.Fast.Session;

/// <summary>How a server secures its sessions (docs/PROTOCOL.md, Secure session).</summary>
public sealed record SecureServerOptions
{
    /// <summary>The key that the server proves. It must outlive the server.</summary>
    public required IdentityKey Identity { get; init; }

    /// <summary>Whether clients have to prove a key, too.</summary>
    public ClientAuthentication ClientAuthentication { get; init; }

    /// <summary>Whose keys are accepted; needed if they are required. Without it being required a key in the list is
    /// known by its name there.</summary>
    public AuthorizedKeys? AuthorizedKeys { get; init; }

    /// <summary>The time that a handshake may have, and how many are remembered.</summary>
    public ReplayOptions Replay { get; init; } = new();

    /// <summary>How many handshakes may be under way.</summary>
    public HandshakeLimitOptions Limits { get; init; } = new();

    /// <summary>The protocol's constant; tests that watch keys change set a smaller one at both ends.</summary>
    internal long RecordsPerKey { get; init; } = RecordLayout.RecordsPerKey;

    /// <summary>Checks every value.</summary>
    /// <returns>This record.</returns>
    /// <exception cref="ArgumentException">Keys are required and there is no list of them, or a limit is out of
    /// range.</exception>
    public SecureServerOptions Validate()
    {
        ArgumentNullException.ThrowIfNull(Identity);
        if (ClientAuthentication == ClientAuthentication.Required && AuthorizedKeys is null)
        {
            throw new ArgumentException(
                "client authentication is required, so name the authorised keys", nameof(AuthorizedKeys));
        }

        Replay.Validate();
        Limits.Validate();
        return this;
    }
}
