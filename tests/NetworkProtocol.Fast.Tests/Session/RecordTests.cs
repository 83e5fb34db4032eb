using System;
using System.Collections.Generic;
using System.Linq;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Session.Noise;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session;

internal sealed class RecordTests
{
    private static readonly byte[] Key = SessionPair.Counting(1, 32);

    [TestCase(1)]
    [TestCase(64)]
    [TestCase(16384)]
    [TestCase(RecordLayout.PlaintextBytesMax)]
    public void Record_SealedAndOpened_GivesItsPlaintextBack(int bytes)
    {
        (RecordSealer sealer, RecordOpener opener) = Direction();
        byte[] plaintext = SessionPair.Counting(7, bytes);
        byte[] record = new byte[bytes + RecordLayout.OverheadBytes];
        Assert.That(sealer.Seal(plaintext, record, out int written), Is.EqualTo(RecordStatus.Done));
        Assert.That(written, Is.EqualTo(record.Length));
        Assert.That((record[0] << 8) | record[1], Is.EqualTo(bytes + RecordLayout.TagBytes));
        byte[] opened = new byte[bytes];
        Assert.That(opener.TryOpen(record.AsSpan(2), opened, out int read), Is.EqualTo(RecordStatus.Done));
        Assert.That(read, Is.EqualTo(bytes));
        Assert.That(opened.AsSpan().SequenceEqual(plaintext));
    }

    [Test]
    public void Record_SealedAndOpenedInPlace_GivesTheSameBytes()
    {
        (RecordSealer sealer, RecordOpener opener) = Direction();
        (RecordSealer other, _) = Direction();
        byte[] plaintext = SessionPair.Counting(7, 1000);
        byte[] apart = new byte[1000 + RecordLayout.OverheadBytes];
        byte[] inPlace = [0, 0, .. plaintext, .. new byte[RecordLayout.TagBytes], 0xAA];
        Assert.That(other.Seal(plaintext, apart, out _), Is.EqualTo(RecordStatus.Done));
        Assert.That(sealer.Seal(inPlace.AsSpan(2, 1000), inPlace, out int written), Is.EqualTo(RecordStatus.Done));
        Assert.That(written, Is.EqualTo(apart.Length));
        Assert.That(inPlace[..^1], Is.EqualTo(apart));
        Assert.That(inPlace[^1], Is.EqualTo(0xAA), "what lies behind the record is left alone");
        Assert.That(opener.TryOpen(inPlace.AsSpan(2, written - 2), inPlace.AsSpan(2), out int read),
            Is.EqualTo(RecordStatus.Done));
        Assert.That(inPlace[2..(2 + read)], Is.EqualTo(plaintext));
    }

    [Test]
    public void Buffers_ThatOverlapElsewhereOrDoNotFit_AreTheCallersFault()
    {
        (RecordSealer sealer, RecordOpener opener) = Direction();
        byte[] room = new byte[256];
        foreach (int at in new[] { 0, 1, 3, 100 })
        {
            Assert.That(() => sealer.Seal(room.AsSpan(at, 100), room, out _), Throws.ArgumentException, $"at {at}");
        }

        foreach (int at in new[] { 1, 50 })
        {
            Assert.That(() => opener.TryOpen(room.AsSpan(0, 100), room.AsSpan(at), out _), Throws.ArgumentException);
        }

        Assert.That(() => sealer.Seal(default, room, out _), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => sealer.Seal(new byte[240], room, out _), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => sealer.Seal(new byte[RecordLayout.PlaintextBytesMax + 1], new byte[70000], out _),
            Throws.InstanceOf<ArgumentException>());
        Assert.That(() => opener.TryOpen(new byte[64], new byte[47], out _), Throws.InstanceOf<ArgumentException>());

        // None of it has moved a counter.
        Assert.That(sealer.Seal(room.AsSpan(128, 8), room, out int written), Is.EqualTo(RecordStatus.Done));
        Assert.That(opener.TryOpen(room.AsSpan(2, written - 2), new byte[8], out _), Is.EqualTo(RecordStatus.Done));
    }

    [Test]
    public void Record_WithAnyByteChanged_EndsTheDirection()
    {
        for (int at = 0; at < 32 + RecordLayout.TagBytes; at++)
        {
            (List<byte[]> records, RecordOpener opener) = Sealed(2);
            byte[] body = records[0][2..];
            byte[] plaintext = new byte[32];
            body[at] ^= 1;
            Assert.That(opener.TryOpen(body, plaintext, out int read), Is.EqualTo(RecordStatus.Forged), $"byte {at}");
            Assert.That(read, Is.Zero);
            Assert.That(plaintext, Is.All.Zero);
            body[at] ^= 1;
            Assert.That(opener.TryOpen(body, plaintext, out _), Is.EqualTo(RecordStatus.Ended), "right, too late");
        }
    }

    [Test]
    public void Record_CutOrExtended_EndsTheDirection()
    {
        for (int bytes = 0; bytes <= 60; bytes++)
        {
            (List<byte[]> records, RecordOpener opener) = Sealed(1);
            byte[] body = records[0][2..];
            byte[] wrong = [.. body.Take(bytes), .. new byte[Math.Max(0, bytes - body.Length)]];
            RecordStatus expected = bytes < RecordLayout.BodyBytesMin ? RecordStatus.WrongLength
                : bytes == body.Length ? RecordStatus.Done : RecordStatus.Forged;
            Assert.That(opener.TryOpen(wrong, new byte[64], out _), Is.EqualTo(expected), $"{bytes} bytes");
            Assert.That(opener.TryOpen(wrong, new byte[64], out _), Is.Not.EqualTo(RecordStatus.Done));
        }

        (_, RecordOpener whole) = Direction();
        Assert.That(whole.TryOpen(new byte[65536], new byte[65536], out _), Is.EqualTo(RecordStatus.WrongLength));
        Assert.That(whole.TryOpen(new byte[65536], new byte[65536], out _), Is.EqualTo(RecordStatus.Ended));
    }

    [TestCase(new[] { 0, 0 }, TestName = "Records_Replayed_EndTheDirection")]
    [TestCase(new[] { 1 }, TestName = "Records_Reordered_EndTheDirection")]
    [TestCase(new[] { 0, 2 }, TestName = "Records_Dropped_EndTheDirection")]
    [TestCase(new[] { 0, 1, 2, 0 }, TestName = "Records_ReplayedLate_EndTheDirection")]
    public void Records_NotInTheirOrder_EndTheDirection(int[] order)
    {
        (List<byte[]> records, RecordOpener opener) = Sealed(5);
        byte[] plaintext = new byte[32];
        for (int i = 0; i < order.Length; i++)
        {
            RecordStatus expected = i == order.Length - 1 ? RecordStatus.Forged : RecordStatus.Done;
            Assert.That(opener.TryOpen(records[order[i]].AsSpan(2), plaintext, out _), Is.EqualTo(expected));
        }

        foreach (byte[] record in records)
        {
            Assert.That(opener.TryOpen(record.AsSpan(2), plaintext, out _), Is.EqualTo(RecordStatus.Ended));
        }
    }

    [Test]
    public void Record_OfTheOtherDirection_IsForged()
    {
        using SessionPair pair = SessionPair.Finished(authenticate: false);
        byte[] record = new byte[10 + RecordLayout.OverheadBytes];
        Assert.That(pair.ClientKeys.Sealer.Seal(new byte[10], record, out _), Is.EqualTo(RecordStatus.Done));
        Assert.That(pair.ClientKeys.Opener.TryOpen(record.AsSpan(2), new byte[10], out _),
            Is.EqualTo(RecordStatus.Forged), "sent back to where it came from");
    }

    [Test]
    public void Disposed_Keys_SealAndOpenNothing()
    {
        SessionPair pair = SessionPair.Finished(authenticate: false);
        pair.Dispose();
        byte[] record = new byte[8 + RecordLayout.OverheadBytes];
        RecordStatus status = pair.ClientKeys.Sealer.Seal([1, 2, 3, 4, 5, 6, 7, 8], record, out _);
        Assert.That(status, Is.EqualTo(RecordStatus.Ended));
        Assert.That(record, Is.All.Zero, "above all no plaintext");
        Assert.That(pair.ClientKeys.Opener.TryOpen(new byte[24], record, out _), Is.EqualTo(RecordStatus.Ended));
    }

    [Test]
    public void SealingAndOpening_InSteadyState_AllocateNothing()
    {
        const int Records = 50_000;
        (RecordSealer sealer, RecordOpener opener) = Direction();
        byte[] record = new byte[64 + RecordLayout.OverheadBytes];

        // The runtime compiles what is hot once more, and allocates a little on the thread that finds it out.
        long least = long.MaxValue;
        for (int round = 0; round < 3; round++)
        {
            int opened = 0;
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Records; i++)
            {
                sealer.Seal(record.AsSpan(2, 64), record, out int written);
                RecordStatus status = opener.TryOpen(record.AsSpan(2, written - 2), record.AsSpan(2), out _);
                opened += status == RecordStatus.Done ? 1 : 0;
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.That(opened, Is.EqualTo(Records));
        }

        Assert.That(least, Is.Zero);
    }

    private static (RecordSealer Sealer, RecordOpener Opener) Direction() =>
        (new RecordSealer(new CipherState(Key)), new RecordOpener(new CipherState(Key)));

    private static (List<byte[]> Records, RecordOpener Opener) Sealed(int count)
    {
        (RecordSealer sealer, RecordOpener opener) = Direction();
        var records = new List<byte[]>();
        for (int i = 0; i < count; i++)
        {
            byte[] record = new byte[32 + RecordLayout.OverheadBytes];
            Assert.That(sealer.Seal(SessionPair.Counting((byte)i, 32), record, out _), Is.EqualTo(RecordStatus.Done));
            records.Add(record);
        }

        return (records, opener);
    }
}
