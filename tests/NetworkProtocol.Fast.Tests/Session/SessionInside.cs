using System;
using System.Linq;
using System.Reflection;
using System.Security.Cryptography;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Session.Noise;

namespace NetworkProtocol.Fast.Tests.Session;

/// <summary>What a session does not tell: its keys' holders.</summary>
internal static class SessionInside
{
    /// <summary>The only field of a type, wherever a base class declares it.</summary>
    internal static object? ValueOf(object owner, Type type) => owner.GetType()
        .GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
        .Single(field => field.FieldType == type).GetValue(owner);

    internal static SessionKeys KeysOf(PeerLink link) =>
        (SessionKeys)ValueOf(ValueOf(link, typeof(SecureChannel))!, typeof(SessionKeys))!;

    internal static AesGcmCipher CipherOf(object half) =>
        (AesGcmCipher)ValueOf(ValueOf(half, typeof(CipherState))!, typeof(AesGcmCipher))!;

    /// <summary>How many of the platform's cipher objects the link holds: 0 to 2.</summary>
    internal static int AwakeCiphersOf(PeerLink link)
    {
        SessionKeys keys = KeysOf(link);
        return new object[] { keys.Sealer, keys.Opener }
            .Count(static half => ValueOf(CipherOf(half), typeof(AesGcm)) is not null);
    }
}
