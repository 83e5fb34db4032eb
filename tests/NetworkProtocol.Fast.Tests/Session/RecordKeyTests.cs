using System;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Session.Noise;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session;

/// <summary>How the key of a direction changes, and how its counter ends.</summary>
internal sealed class RecordKeyTests
{
    private static readonly byte[] Key = SessionPair.Counting(1, 32);

    [TestCase(1)]
    [TestCase(3)]
    public void Keys_AfterTheInterval_ChangeInBothDirections(int recordsPerKey)
    {
        using SessionPair pair = SessionPair.Finished(authenticate: true, recordsPerKey);
        byte[] record = new byte[8 + RecordLayout.OverheadBytes];
        byte[] plaintext = new byte[8];
        for (int i = 0; i < 10; i++)
        {
            foreach ((RecordSealer sealer, RecordOpener opener) in new[]
            {
                (pair.ClientKeys.Sealer, pair.ServerKeys.Opener), (pair.ServerKeys.Sealer, pair.ClientKeys.Opener),
            })
            {
                byte[] expected = SessionPair.Counting((byte)i, 8);
                Assert.That(sealer.Seal(expected, record, out _), Is.EqualTo(RecordStatus.Done));
                Assert.That(opener.TryOpen(record.AsSpan(2), plaintext, out _), Is.EqualTo(RecordStatus.Done));
                Assert.That(plaintext, Is.EqualTo(expected));
            }
        }
    }

    [Test]
    public void Keys_ThatOnlyOneSideChanges_NoLongerFit()
    {
        var sealer = new RecordSealer(new CipherState(Key), recordsPerKey: 2);
        var opener = new RecordOpener(new CipherState(Key));
        byte[] record = new byte[8 + RecordLayout.OverheadBytes];
        for (int i = 0; i < 3; i++)
        {
            Assert.That(sealer.Seal(new byte[8], record, out _), Is.EqualTo(RecordStatus.Done));
            RecordStatus expected = i < 2 ? RecordStatus.Done : RecordStatus.Forged;
            Assert.That(opener.TryOpen(record.AsSpan(2), new byte[8], out _), Is.EqualTo(expected), $"record {i}");
        }
    }

    [Test]
    public void Keys_OfTheProtocol_ChangeAfterTwoToTheTwentieth()
    {
        // Whether the constant is what the direction really does, counted through.
        var cipher = new CipherState(Key);
        var sealer = new RecordSealer(cipher);
        byte[] record = new byte[1 + RecordLayout.OverheadBytes];
        byte[] expected = new byte[1 + CipherState.TagBytes];
        for (int i = 0; i < 1 << 20; i++)
        {
            sealer.Seal([1], record, out _);
        }

        using var unchanged = new CipherState(Key);
        unchanged.SetNonce((1 << 20) - 1);
        unchanged.Encrypt(default, [1], expected, out _);
        Assert.That(record[2..], Is.EqualTo(expected), "the last record under the first key");
        unchanged.Rekey();
        unchanged.Encrypt(default, [1], expected, out _);
        sealer.Seal([1], record, out _);
        Assert.That(record[2..], Is.EqualTo(expected), "the first record under the second key");
    }

    [Test]
    public void Direction_CountedToItsEnd_IsExhausted()
    {
        var sending = new CipherState(Key);
        var receiving = new CipherState(Key);
        sending.SetNonce(CipherState.NonceReserved);
        receiving.SetNonce(CipherState.NonceReserved);
        var sealer = new RecordSealer(sending);
        var opener = new RecordOpener(receiving);
        byte[] record = new byte[8 + RecordLayout.OverheadBytes];
        Assert.That(sealer.Seal(new byte[8], record, out int written), Is.EqualTo(RecordStatus.Exhausted));
        Assert.That(written, Is.Zero);
        Assert.That(sealer.Seal(new byte[8], record, out _), Is.EqualTo(RecordStatus.Ended));
        Assert.That(opener.TryOpen(new byte[24], record, out _), Is.EqualTo(RecordStatus.Exhausted));
        Assert.That(opener.TryOpen(new byte[24], record, out _), Is.EqualTo(RecordStatus.Ended));
    }
}
