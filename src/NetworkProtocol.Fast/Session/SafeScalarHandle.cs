using System.Runtime.InteropServices;

namespace NetworkProtocol.Fast.Session;

/// <summary>A secret number in libcrypto (<see cref="OpenSslP256"/>), which is wiped when it is released.</summary>
internal sealed partial class SafeScalarHandle : SafeHandle
{
    internal SafeScalarHandle(nint number)
        : base(invalidHandleValue: 0, ownsHandle: true) => SetHandle(number);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Release(handle);
        return true;
    }

    [LibraryImport("libcrypto.so.3", EntryPoint = "BN_clear_free")]
    private static partial void Release(nint number);
}
