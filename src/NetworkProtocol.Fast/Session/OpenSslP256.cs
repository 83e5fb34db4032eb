using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// P-256 by libcrypto's own functions on the curve, on Linux. The platform's key objects bring each key into OpenSSL's
/// providers, parameters of the curve and all, for each use, and multiply a peer's point by the curve's order when it
/// is imported and again when it is used: more work than the agreements themselves. Here the curve is made once, and a
/// point is checked to be on it, once: of a curve of prime order every such point is good (SP 800-56A, 5.6.2.3.3).
/// </summary>
/// <remarks>The calls are those of OpenSSL's own ECDH_compute_key and EC_KEY_generate_key, in the same order.
/// EC_POINT_mul takes the same time for all scalars, by the code for this curve or by the ladder, and what is secret is
/// wiped. Where the system asks for FIPS 140 the platform's keys are used instead, because these functions go past the
/// validated provider. Any thread.</remarks>
internal static partial class OpenSslP256
{
    private const string Library = "libcrypto.so.3";
    private const long VersionMajor = 3;
    private const int CurveNumber = 415; // NID_X9_62_prime256v1
    private const int UncompressedForm = 4; // POINT_CONVERSION_UNCOMPRESSED
    private const int ConstantTime = 4; // BN_FLG_CONSTTIME

    // For the life of the process; nothing writes to it.
    private static readonly nint curve = OperatingSystem.IsLinux() && MayBeUsed() ? NewCurve(CurveNumber) : 0;

    /// <summary>Whether the system has an OpenSSL that fits.</summary>
    internal static bool IsUsable => curve != 0;

    /// <summary>Makes a private scalar from OpenSSL's generator for secrets, and its public point.</summary>
    /// <param name="point">65 bytes.</param>
    /// <exception cref="CryptographicException">OpenSSL refused: out of memory or of random numbers.</exception>
    internal static SafeScalarHandle NewScalar(Span<byte> point)
    {
        var scalar = new SafeScalarHandle(NewSecretNumber());
        try
        {
            do
            {
                Require(!scalar.IsInvalid && RandomBelow(scalar, Order(curve)) == 1);
            }
            while (IsZero(scalar) == 1);

            WritePoint(scalar, point);
            return scalar;
        }
        catch
        {
            scalar.Dispose();
            throw;
        }
    }

    /// <summary>Takes a private scalar of 32 bytes, big-endian, and makes its public point.</summary>
    /// <param name="bytes">The scalar.</param>
    /// <param name="point">65 bytes.</param>
    /// <exception cref="CryptographicException">The scalar is 0, or not below the curve's order.</exception>
    internal static SafeScalarHandle ImportScalar(ReadOnlySpan<byte> bytes, Span<byte> point)
    {
        var scalar = new SafeScalarHandle(NewSecretNumber());
        try
        {
            Require(!scalar.IsInvalid && SetNumber(bytes, bytes.Length, scalar) != 0);
            if (IsZero(scalar) == 1 || Compare(scalar, Order(curve)) >= 0)
            {
                throw new CryptographicException("a private scalar is 0, or not below the order of P-256");
            }

            WritePoint(scalar, point);
            return scalar;
        }
        catch
        {
            scalar.Dispose();
            throw;
        }
    }

    /// <summary>Takes an uncompressed point of 65 bytes whose coordinates are below the prime.</summary>
    /// <returns>Null if it is not on the curve. To be disposed of.</returns>
    internal static SafeCurvePointHandle? ImportPoint(ReadOnlySpan<byte> bytes)
    {
        var point = new SafeCurvePointHandle(NewPoint(curve));
        if (!point.IsInvalid && SetPoint(curve, point, bytes, (nuint)bytes.Length, context: 0) == 1)
        {
            return point;
        }

        // The peer's doing: its words must not stay in this thread's list of errors.
        ClearErrors();
        point.Dispose();
        return null;
    }

    /// <summary>Writes the x coordinate of the common point.</summary>
    /// <param name="own">A private scalar.</param>
    /// <param name="peer">A point that was checked.</param>
    /// <param name="secret">32 bytes.</param>
    /// <exception cref="CryptographicException">OpenSSL refused: out of memory, or our bug.</exception>
    internal static void Agree(SafeScalarHandle own, SafeCurvePointHandle peer, Span<byte> secret)
    {
        using var common = new SafeCurvePointHandle(NewPoint(curve));
        using var x = new SafeScalarHandle(NewSecretNumber());
        Require(!common.IsInvalid && !x.IsInvalid
            && MultiplyPoint(curve, common, generatorScalar: 0, peer, own, context: 0) == 1
            && GetCoordinates(curve, common, x, y: 0, context: 0) == 1
            && GetNumber(x, secret, secret.Length) == secret.Length);
    }

    private static void WritePoint(SafeScalarHandle scalar, Span<byte> bytes)
    {
        SetFlags(scalar, ConstantTime);
        using var point = new SafeCurvePointHandle(NewPoint(curve));
        Require(!point.IsInvalid && MultiplyGenerator(curve, point, scalar, other: 0, otherScalar: 0, context: 0) == 1
            && GetPoint(curve, point, UncompressedForm, bytes, (nuint)bytes.Length, context: 0)
                == (nuint)bytes.Length);
    }

    private static void Require([DoesNotReturnIf(false)] bool done)
    {
        if (!done)
        {
            ClearErrors();
            throw new CryptographicException("OpenSSL cannot calculate on P-256");
        }
    }

    [SupportedOSPlatform("linux")]
    private static bool MayBeUsed()
    {
        try
        {
            // Which one the platform has loaded, and the same one from where the system keeps its libraries: never one
            // that lies beside the program.
            return SafeEvpPKeyHandle.OpenSslVersion >> 28 == VersionMajor
                && NativeLibrary.TryLoad(Library, typeof(OpenSslP256).Assembly, DllImportSearchPath.SafeDirectories,
                    out nint handle)
                && NativeLibrary.TryGetExport(handle, "EC_POINT_mul", out _)
                && IsFipsAskedFor(context: 0) == 0;
        }
        catch (Exception e) when (
            e is DllNotFoundException or TypeInitializationException or PlatformNotSupportedException)
        {
            return false;
        }
    }

    [LibraryImport(Library, EntryPoint = "EC_GROUP_new_by_curve_name")]
    private static partial nint NewCurve(int number);

    [LibraryImport(Library, EntryPoint = "EC_GROUP_get0_order")]
    private static partial nint Order(nint curve);

    [LibraryImport(Library, EntryPoint = "EC_POINT_new")]
    private static partial nint NewPoint(nint curve);

    [LibraryImport(Library, EntryPoint = "EC_POINT_oct2point")]
    private static partial int SetPoint(
        nint curve, SafeCurvePointHandle point, ReadOnlySpan<byte> bytes, nuint count, nint context);

    [LibraryImport(Library, EntryPoint = "EC_POINT_point2oct")]
    private static partial nuint GetPoint(
        nint curve, SafeCurvePointHandle point, int form, Span<byte> bytes, nuint count, nint context);

    [LibraryImport(Library, EntryPoint = "EC_POINT_mul")]
    private static partial int MultiplyGenerator(
        nint curve, SafeCurvePointHandle result, SafeScalarHandle scalar, nint other, nint otherScalar, nint context);

    [LibraryImport(Library, EntryPoint = "EC_POINT_mul")]
    private static partial int MultiplyPoint(nint curve, SafeCurvePointHandle result, nint generatorScalar,
        SafeCurvePointHandle point, SafeScalarHandle scalar, nint context);

    [LibraryImport(Library, EntryPoint = "EC_POINT_get_affine_coordinates")]
    private static partial int GetCoordinates(
        nint curve, SafeCurvePointHandle point, SafeScalarHandle x, nint y, nint context);

    [LibraryImport(Library, EntryPoint = "BN_secure_new")]
    private static partial nint NewSecretNumber();

    [LibraryImport(Library, EntryPoint = "BN_priv_rand_range")]
    private static partial int RandomBelow(SafeScalarHandle number, nint range);

    [LibraryImport(Library, EntryPoint = "BN_bin2bn")]
    private static partial nint SetNumber(ReadOnlySpan<byte> bytes, int count, SafeScalarHandle number);

    [LibraryImport(Library, EntryPoint = "BN_bn2binpad")]
    private static partial int GetNumber(SafeScalarHandle number, Span<byte> bytes, int count);

    [LibraryImport(Library, EntryPoint = "BN_set_flags")]
    private static partial void SetFlags(SafeScalarHandle number, int flags);

    [LibraryImport(Library, EntryPoint = "BN_is_zero")]
    private static partial int IsZero(SafeScalarHandle number);

    [LibraryImport(Library, EntryPoint = "BN_cmp")]
    private static partial int Compare(SafeScalarHandle number, nint other);

    [LibraryImport(Library, EntryPoint = "ERR_clear_error")]
    private static partial void ClearErrors();

    [LibraryImport(Library, EntryPoint = "EVP_default_properties_is_fips_enabled")]
    private static partial int IsFipsAskedFor(nint context);
}
