using System.Runtime.InteropServices;

namespace NetworkProtocol.Fast.Session;

/// <summary>A point in libcrypto (<see cref="OpenSslP256"/>), which is wiped when it is released: it may be one that
/// was agreed on.</summary>
internal sealed partial class SafeCurvePointHandle : SafeHandle
{
    internal SafeCurvePointHandle(nint point)
        : base(invalidHandleValue: 0, ownsHandle: true) => SetHandle(point);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Release(handle);
        return true;
    }

    [LibraryImport("libcrypto.so.3", EntryPoint = "EC_POINT_clear_free")]
    private static partial void Release(nint point);
}
