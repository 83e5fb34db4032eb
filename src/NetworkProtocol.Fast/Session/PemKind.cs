namespace NetworkProtocol.Fast.Session;

/// <summary>Kinds of PEM blocks that hold a key (RFC 7468).</summary>
internal enum PemKind
{
    /// <summary>PKCS#8 (section 10).</summary>
    PrivateKey,

    /// <summary>PKCS#8 under a password (section 11).</summary>
    EncryptedPrivateKey,

    /// <summary>SEC 1, as older tools write it (RFC 5915, 4).</summary>
    EcPrivateKey,

    /// <summary>SubjectPublicKeyInfo (section 13).</summary>
    PublicKey,
}
