namespace NetworkProtocol.Fast.Session;

/// <summary>A key that a known-hosts file has for a server.</summary>
/// <param name="Fingerprint">The key.</param>
/// <param name="Line">Where it stands, from 1.</param>
public sealed record KnownHostKey(KeyFingerprint Fingerprint, int Line);
