using NetworkProtocol.Fast.Memory;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Memory;

internal sealed class SecretBytesTests
{
    [Test]
    public void SecretBytes_Disposed_AreZero()
    {
        var secret = new SecretBytes(5);
        secret.Span.Fill(7);
        Assert.That(secret.Span.ToArray(), Is.All.EqualTo(7));
        secret.Dispose();
        Assert.That(secret.Span.ToArray(), Is.EqualTo(new byte[5]));
    }

    [Test]
    public void SecretBytes_DisposedTwice_AreFreedOnce()
    {
        var secret = new SecretBytes(32);
        secret.Dispose();
        Assert.That(secret.Dispose, Throws.Nothing);
        Assert.That(secret.Span.Length, Is.EqualTo(32));
    }

    [Test]
    public void SecretBytes_OfNoLength_AreEmpty()
    {
        using var secret = new SecretBytes(0);
        Assert.That(secret.Span.IsEmpty);
    }
}
