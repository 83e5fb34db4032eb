using System;
using System.Buffers;
using System.Linq;
using NetworkProtocol.Fast.Session;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session;

internal sealed class SecureOpeningTests
{
    [Test]
    public void Match_OfEveryPrefix_WaitsForFiveBytes()
    {
        byte[] opening = [.. "NPS1"u8, SecureOpening.ClientAuthenticates, 0];
        for (int bytes = 0; bytes <= opening.Length; bytes++)
        {
            OperationStatus expected = bytes < 5 ? OperationStatus.NeedMoreData : OperationStatus.Done;
            Assert.That(SecureOpening.Match(opening.AsSpan(0, bytes)), Is.EqualTo(expected), $"{bytes} bytes");
        }
    }

    [Test]
    public void Match_WithAnyWrongByte_FailsAsSoonAsItIsThere()
    {
        byte[] opening = [.. "NPS1"u8, 0];
        for (int at = 0; at < opening.Length; at++)
        {
            foreach (byte wrong in Enumerable.Range(0, 256).Select(static b => (byte)b).Where(b => b != opening[at]))
            {
                byte[] received = [.. opening[..at], wrong];
                bool known = at == 4 && wrong == SecureOpening.ClientAuthenticates;
                OperationStatus expected = known ? OperationStatus.Done : OperationStatus.InvalidData;
                Assert.That(SecureOpening.Match(received), Is.EqualTo(expected), $"byte {at} is {wrong}");
            }
        }
    }
}
