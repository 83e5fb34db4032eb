using System.Buffers;
using System.Linq;
using System.Text;
using NetworkProtocol.Fast.Session;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session;

internal sealed class PlainOpeningTests
{
    [TestCase("", OperationStatus.NeedMoreData)]
    [TestCase("N", OperationStatus.NeedMoreData)]
    [TestCase("NPF", OperationStatus.NeedMoreData)]
    [TestCase("NPF1", OperationStatus.Done)]
    [TestCase("NPF1 and more", OperationStatus.Done)]
    [TestCase("X", OperationStatus.InvalidData)]
    [TestCase("NPS1", OperationStatus.InvalidData)]
    [TestCase("NPF2", OperationStatus.InvalidData)]
    public void Match_OfEveryPrefix_FailsAtTheFirstWrongByte(string received, OperationStatus expected) =>
        Assert.That(PlainOpening.Match(Encoding.ASCII.GetBytes(received)), Is.EqualTo(expected));

    [TestCase("NPS1", "a secure session (NPS1)")]
    [TestCase("NPF1", "a plain session (NPF1)")]
    [TestCase("NPS2", "unknown")]
    [TestCase("GET / HTTP/1.1", "HTTP")]
    [TestCase("POST / HTTP/1.1", "HTTP")]
    [TestCase("\u0016\u0003\u0001", "TLS")]
    [TestCase("SSH-2.0", "unknown")]
    [TestCase("", "unknown")]
    public void Describe_AForeignOpening_NamesIt(string received, string expected) =>
        Assert.That(PlainOpening.Describe(Encoding.Latin1.GetBytes(received)), Does.Contain(expected));

    [Test]
    public void Match_EveryFirstByte_IsDecidedAtOnce()
    {
        foreach (int first in Enumerable.Range(0, 256).Where(static b => b != 'N'))
        {
            Assert.That(PlainOpening.Match([(byte)first]), Is.EqualTo(OperationStatus.InvalidData), $"byte {first}");
        }
    }
}
