using System;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// The agreement on P-256 by OpenSSL 3 itself, on Linux. The platform has the peer's point multiplied by the curve's
/// order when it is imported and again for each agreement, which costs more than the agreements. Here it is checked to
/// be on the curve, once: of a curve of prime order every such point is good (SP 800-56A, 5.6.2.3.3). Any thread.
/// </summary>
internal static partial class OpenSslAgreement
{
    private const string Library = "libcrypto.so.3";
    private const long VersionMin = 0x3000_0000;

    private static readonly bool isUsable = OperatingSystem.IsLinux() && IsLoaded();

    // Any key on the curve: imported ones get their parameters of it.
    private static readonly Lazy<SafeEvpPKeyHandle?> curve = new(static () => HandleOf(NewKey()));

    /// <summary>Whether points can be imported for it.</summary>
    internal static bool IsUsable => isUsable;

    /// <summary>A key that OpenSSL can agree with, if the system has the right one; else any.</summary>
    internal static ECDiffieHellman NewKey() => OperatingSystem.IsLinux()
        ? new ECDiffieHellmanOpenSsl(ECCurve.NamedCurves.nistP256)
        : ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>The same, empty: to import a key into.</summary>
    internal static ECDiffieHellman EmptyKey() =>
        OperatingSystem.IsLinux() ? new ECDiffieHellmanOpenSsl() : ECDiffieHellman.Create();

    /// <summary>The same, of these parameters.</summary>
    /// <exception cref="CryptographicException">They are no key.</exception>
    internal static ECDiffieHellman KeyOf(ECParameters parameters)
    {
        ECDiffieHellman key = EmptyKey();
        try
        {
            key.ImportParameters(parameters);
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>OpenSSL's own key within; null where there is none. To be disposed of.</summary>
    internal static SafeEvpPKeyHandle? HandleOf(ECDiffieHellman key) =>
        isUsable && OperatingSystem.IsLinux() && key is ECDiffieHellmanOpenSsl within
            ? within.DuplicateKeyHandle()
            : null;

    /// <summary>Takes an uncompressed point of 65 bytes whose coordinates are below the prime.</summary>
    /// <returns>Null if it is not on the curve. To be disposed of.</returns>
    internal static SafeEvpPKeyHandle? Import(ReadOnlySpan<byte> point)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        SafeEvpPKeyHandle key = new(New(), ownsHandle: true);
        if (!key.IsInvalid && CopyParameters(key, curve.Value!) == 1
            && SetPoint(key, point, (nuint)point.Length) == 1)
        {
            return key;
        }

        key.Dispose();
        return null;
    }

    /// <summary>Writes the x coordinate of the common point.</summary>
    /// <param name="own">An own key pair.</param>
    /// <param name="peer">A public key that was checked.</param>
    /// <param name="secret">32 bytes.</param>
    /// <exception cref="CryptographicException">OpenSSL refused: out of memory, or our bug.</exception>
    internal static void Derive(SafeEvpPKeyHandle own, SafeEvpPKeyHandle peer, Span<byte> secret)
    {
        nint context = NewContext(own, engine: 0);
        try
        {
            nuint bytes = (nuint)secret.Length;
            bool done = context != 0 && BeginDerive(context) == 1 && SetPeer(context, peer, validates: 0) == 1
                && Derive(context, secret, ref bytes) == 1 && bytes == (nuint)secret.Length;
            if (!done)
            {
                throw new CryptographicException("OpenSSL cannot agree on a key");
            }
        }
        finally
        {
            FreeContext(context);
        }
    }

    [SupportedOSPlatform("linux")]
    private static bool IsLoaded()
    {
        // Which one the platform has loaded; this asks the same one, or none.
        if (SafeEvpPKeyHandle.OpenSslVersion < VersionMin || !NativeLibrary.TryLoad(Library, out nint handle))
        {
            return false;
        }

        return NativeLibrary.TryGetExport(handle, "EVP_PKEY_derive_set_peer_ex", out _);
    }

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_new")]
    private static partial nint New();

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_copy_parameters")]
    private static partial int CopyParameters(SafeEvpPKeyHandle to, SafeEvpPKeyHandle from);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_set1_encoded_public_key")]
    private static partial int SetPoint(SafeEvpPKeyHandle key, ReadOnlySpan<byte> point, nuint bytes);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_CTX_new")]
    private static partial nint NewContext(SafeEvpPKeyHandle key, nint engine);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_CTX_free")]
    private static partial void FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_derive_init")]
    private static partial int BeginDerive(nint context);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_derive_set_peer_ex")]
    private static partial int SetPeer(nint context, SafeEvpPKeyHandle peer, int validates);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_derive")]
    private static partial int Derive(nint context, Span<byte> secret, ref nuint bytes);
}
