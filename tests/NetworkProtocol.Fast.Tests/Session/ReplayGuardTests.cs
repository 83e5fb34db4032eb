using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Packets;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session;

internal sealed class ReplayGuardTests
{
    private const long PastMs = 30_000;
    private const long AheadMs = 5_000;

    private WallTime time = null!;

    [SetUp]
    public void MakeTime() => time = new WallTime();

    [TestCase(-PastMs - 1, ReplayStatus.TooOld)]
    [TestCase(-PastMs, ReplayStatus.Accepted)]
    [TestCase(0, ReplayStatus.Accepted)]
    [TestCase(AheadMs, ReplayStatus.Accepted)]
    [TestCase(AheadMs + 1, ReplayStatus.TooFarAhead)]
    public void Check_AtTheEdgesOfTheWindow_IncludesThem(long offsetMs, object expected)
    {
        ReplayGuard guard = Guard();
        Assert.That(guard.Check(Sent(offsetMs), Nonce(1), null), Is.EqualTo(expected));
    }

    [TestCase(0ul, ReplayStatus.TooOld)]
    [TestCase(1ul, ReplayStatus.TooOld)]
    [TestCase((ulong)long.MaxValue, ReplayStatus.TooFarAhead)]
    [TestCase(1ul << 63, ReplayStatus.TooFarAhead)]
    [TestCase(ulong.MaxValue, ReplayStatus.TooFarAhead)]
    public void Check_AnyTimeThatFitsTheWire_IsDecided(ulong sentMs, object expected) =>
        Assert.That(Guard().Check(sentMs, Nonce(1), null), Is.EqualTo(expected));

    [Test]
    public void Check_RepeatedAtEveryTime_IsNeverAcceptedTwice([Values(-PastMs, -1, 0, AheadMs)] long offsetMs)
    {
        ReplayGuard guard = Guard();
        ulong sent = Sent(offsetMs);
        Assert.That(guard.Check(sent, Nonce(0), null), Is.EqualTo(ReplayStatus.Accepted));

        // Others come and make the guard forget what it may.
        for (int i = 1; i < 40_000; i++)
        {
            time.Advance(1);
            Assert.That(guard.Check(Sent(0), Nonce(i), null), Is.EqualTo(ReplayStatus.Accepted));
            ReplayStatus expected = time.NowMs - (long)sent > PastMs ? ReplayStatus.TooOld : ReplayStatus.Replayed;
            Assert.That(guard.Check(sent, Nonce(0), null), Is.EqualTo(expected), $"after {i} ms");
        }
    }

    [Test]
    public void Check_TheSameNonceWithAnotherTime_IsReplayed()
    {
        ReplayGuard guard = Guard();
        guard.Check(Sent(0), Nonce(1), null);
        Assert.That(guard.Check(Sent(1), Nonce(1), null), Is.EqualTo(ReplayStatus.Replayed));
    }

    [Test]
    public void Check_WhenFull_RefusesUntilTheOldestExpires()
    {
        ReplayGuard guard = Guard(capacity: 16);
        for (int i = 0; i < 16; i++)
        {
            Assert.That(guard.Check(Sent(0), Nonce(i), null), Is.EqualTo(ReplayStatus.Accepted));
            time.Advance(100);
        }

        Assert.That(guard.Check(Sent(0), Nonce(16), null), Is.EqualTo(ReplayStatus.Full));
        Assert.That(guard.Check(Sent(-1_500), Nonce(3), null), Is.EqualTo(ReplayStatus.Replayed), "forgot it");
        time.Advance(PastMs + AheadMs - 1_600 + 2);
        Assert.That(guard.Check(Sent(0), Nonce(16), null), Is.EqualTo(ReplayStatus.Full), "a moment too early");
        time.Advance(1);
        Assert.That(guard.Check(Sent(0), Nonce(16), null), Is.EqualTo(ReplayStatus.Accepted));
        Assert.That(guard.Check(Sent(0), Nonce(17), null), Is.EqualTo(ReplayStatus.Full));
        Assert.That(guard.Held, Is.EqualTo(16));
    }

    [Test]
    public void Check_AfterAllExpired_TakesAsManyAgainAtOnce()
    {
        ReplayGuard guard = Guard(capacity: 64);
        for (int round = 0; round < 5; round++)
        {
            for (int i = 0; i < 64; i++)
            {
                Assert.That(guard.Check(Sent(0), Nonce((round * 64) + i), null), Is.EqualTo(ReplayStatus.Accepted));
            }

            time.Advance(PastMs + AheadMs + 3);
        }
    }

    [Test]
    public void Check_ClockSetBackAfterForgetting_DoesNotAcceptWhatWasSeen()
    {
        ReplayGuard guard = Guard();
        ulong sent = Sent(0);
        guard.Check(sent, Nonce(1), null);
        time.Advance(60_000);
        guard.Check(Sent(0), Nonce(2), null);
        Assert.That(guard.Held, Is.EqualTo(1), "the first one should be forgotten");

        time.Set(-60_000);

        Assert.That(guard.Check(sent, Nonce(1), null), Is.EqualTo(ReplayStatus.ClockSetBack));
        Assert.That(
            guard.Check(sent + 1, Nonce(3), null), Is.EqualTo(ReplayStatus.Accepted), "later ones were never seen");
        Assert.That(guard.Counters.Forgotten, Is.EqualTo(1));
    }

    [Test]
    public void Check_ClockSetAheadAndBack_DoesNotAcceptWhatWasSeen()
    {
        ReplayGuard guard = Guard();
        time.Set(3_600_000);
        ulong sent = Sent(0);
        guard.Check(sent, Nonce(1), null);
        time.Set(-3_600_000);
        for (int i = 2; i < 3_700; i++)
        {
            Assert.That(guard.Check(sent, Nonce(1), null), Is.Not.EqualTo(ReplayStatus.Accepted), $"after {i} s");
            guard.Check(Sent(0), Nonce(i), null);
            time.Advance(1_000);
        }

        Assert.That(
            guard.Check(Sent(0), Nonce(5_000), null), Is.EqualTo(ReplayStatus.Accepted), "the clock has caught up");
    }

    [Test]
    public void Check_RandomTimesAndClocks_AgreesWithAMemoryWithoutEnd()
    {
        const ulong Seed = 20_260_401;
        TestContext.Out.WriteLine($"seed {Seed}");
        var random = new FuzzRandom(Seed);
        ReplayGuard guard = Guard(capacity: 256);
        var seen = new HashSet<(ulong, int)>();
        var past = new List<(ulong Sent, int Nonce)>();
        int accepted = 0;
        for (int i = 0; i < 200_000; i++)
        {
            time.Advance(random.Below(400));
            if (random.Below(1_000) == 0)
            {
                time.Set(random.Below(120_000) - 60_000);
            }

            (ulong sent, int nonce) = past.Count > 0 && random.Below(3) == 0
                ? past[Math.Max(0, past.Count - 1 - random.Below(300))]
                : (Sent(random.Below(40_000) - 32_000), i);
            if (guard.Check(sent, Nonce(nonce), null) == ReplayStatus.Accepted)
            {
                accepted++;
                Assert.That(seen.Add((sent, nonce)), $"step {i}: accepted twice");
                past.Add((sent, nonce));
            }
        }

        Assert.That(accepted, Is.GreaterThan(20_000), "hardly anything was accepted: the test is broken");
        Assert.That(guard.Counters.Replayed, Is.GreaterThan(1_000));
        Assert.That(guard.Counters.Forgotten, Is.GreaterThan(100));
    }

    [Test]
    public void Check_TheSameNonceByManyThreads_IsAcceptedOnce()
    {
        ReplayGuard guard = Guard();
        int[] accepted = new int[2_000];

        Parallel.For(0, 8, _ =>
        {
            for (int i = 0; i < accepted.Length; i++)
            {
                if (guard.Check(Sent(0), Nonce(i), null) == ReplayStatus.Accepted)
                {
                    Interlocked.Increment(ref accepted[i]);
                }
            }
        });

        Assert.That(accepted, Is.All.EqualTo(1));
        Assert.That(guard.Counters.Accepted, Is.EqualTo(2_000));
        Assert.That(guard.Counters.Replayed, Is.EqualTo(7 * 2_000));
    }

    [Test]
    public void Check_ForHoursAtAnyRate_AllocatesNothing()
    {
        ReplayGuard guard = Guard(capacity: 1_024);
        byte[] nonce = new byte[ReplayGuard.NonceBytes];

        // The runtime may allocate for itself while it compiles the loop anew; not every time.
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 5 && least != 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Run(guard, nonce, 100_000);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.That(least, Is.Zero);
        Assert.That(guard.Counters.Full, Is.GreaterThan(0), "it was never full: the rate is too low");

        void Run(ReplayGuard guard, byte[] nonce, int rounds)
        {
            for (int i = 0; i < rounds; i++)
            {
                time.Advance(20);
                BitConverter.TryWriteBytes(nonce, guard.Counters.Accepted + guard.Counters.Full);
                guard.Check((ulong)time.NowMs, nonce, null);
            }
        }
    }

    [Test]
    public void Create_AnyCapacity_TakesWhatTheOptionsSay()
    {
        Guard(); // what the first one needs besides
        long before = GC.GetAllocatedBytesForCurrentThread();
        ReplayGuard guard = Guard(capacity: 1 << 17);
        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.That(taken / guard.Capacity, Is.EqualTo(52), "docs of ReplayOptions.Capacity");
    }

    [Test]
    public void Counters_OfEachStatus_AreKept()
    {
        ReplayGuard guard = Guard(capacity: 16);
        for (int i = 0; i < 17; i++)
        {
            guard.Check(Sent(0), Nonce(i), null);
        }

        guard.Check(Sent(0), Nonce(1), null);
        guard.Check(Sent(-PastMs - 1), Nonce(50), null);
        guard.Check(Sent(-PastMs - 1), Nonce(50), null);
        guard.Check(Sent(AheadMs + 1), Nonce(51), null);

        Assert.That(guard.Counters, Is.EqualTo(new ReplayCounters(
            Accepted: 16, TooOld: 2, Forgotten: 0, TooFarAhead: 1, Replayed: 1, Full: 1, ShareFull: 0)));
    }

    [Test]
    public void Check_FromOneAddressWithoutEnd_LeavesHalfToTheOthers()
    {
        ReplayGuard guard = Guard(capacity: 1_024);
        AddressGroup flooding = Address(1);
        int taken = 0;
        while (guard.Check(Sent(0), Nonce(taken), flooding) == ReplayStatus.Accepted)
        {
            taken++;
        }

        Assert.That(taken, Is.EqualTo(512));
        Assert.That(guard.Check(Sent(0), Nonce(2_000), flooding), Is.EqualTo(ReplayStatus.ShareFull));
        for (int i = 0; i < 100; i++)
        {
            Assert.That(guard.Check(Sent(0), Nonce(3_000 + i), Address(2)), Is.EqualTo(ReplayStatus.Accepted));
        }

        time.Advance(PastMs + AheadMs + 3);
        Assert.That(guard.Check(Sent(0), Nonce(4_000), flooding), Is.EqualTo(ReplayStatus.Accepted), "places return");
        Assert.That(guard.Counters.ShareFull, Is.EqualTo(2));
    }

    [Test]
    public void Check_FromManyAddressesWithoutEnd_LeavesAPlaceToOneMore()
    {
        ReplayGuard guard = Guard(capacity: 1_024);
        int nonce = 0;
        for (int round = 0; round < 1_024; round++)
        {
            for (byte address = 1; address <= 15; address++)
            {
                guard.Check(Sent(0), Nonce(nonce++), Address(address));
            }
        }

        for (int i = 0; i < 16; i++)
        {
            Assert.That(guard.Check(Sent(0), Nonce(nonce++), Address(200)), Is.EqualTo(ReplayStatus.Accepted));
        }
    }

    [TestCase(15)]
    [TestCase(0)]
    public void Check_NonceOfAnotherLength_IsOurFault(int length) => Assert.That(
        () => Guard().Check(Sent(0), new byte[length], null), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void Validate_OutOfRange_NamesTheValue()
    {
        (ReplayOptions Options, string Name)[] cases =
        [
            (new() { Past = TimeSpan.Zero }, "Past"),
            (new() { Past = TimeSpan.FromHours(2) }, "Past"),
            (new() { Ahead = TimeSpan.FromSeconds(-1) }, "Ahead"),
            (new() { Capacity = 15 }, "Capacity"),
            (new() { Capacity = (1 << 20) + 1 }, "Capacity"),
        ];
        Assert.That(cases.Select(c => Assert.Throws<ArgumentException>(() => c.Options.Validate())?.ParamName),
            Is.EqualTo(cases.Select(static c => c.Name)));
        Assert.That(new ReplayOptions().Validate(), Is.EqualTo(new ReplayOptions()));
    }

    private static byte[] Nonce(int number)
    {
        byte[] nonce = new byte[ReplayGuard.NonceBytes];
        BitConverter.TryWriteBytes(nonce.AsSpan(number & 8), number);
        return nonce;
    }

    private static AddressGroup Address(byte last) => AddressGroup.Of(new IPAddress([10, 0, 0, last]));

    private ulong Sent(long offsetMs) => (ulong)(time.NowMs + offsetMs);

    private ReplayGuard Guard(int capacity = 1 << 16) => new(new ReplayOptions { Capacity = capacity }, time);
}
