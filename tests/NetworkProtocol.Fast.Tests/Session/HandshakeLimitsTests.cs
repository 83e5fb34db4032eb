using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Packets;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session;

internal sealed class HandshakeLimitsTests
{
    [TestCase("192.0.2.1", "::ffff:192.0.2.1", true)]
    [TestCase("192.0.2.1", "192.0.2.2", false)]
    [TestCase("2001:db8::1", "2001:db8::ffff:1:2", true)]
    [TestCase("2001:db8::1", "2001:db8:0:1::1", false)]
    [TestCase("::1", "::2", true)]
    [TestCase("::1", "0.0.0.1", false)]
    [TestCase("::ffff:192.0.2.1", "::ffff:192.0.2.2", false)]
    [TestCase("::192.0.2.1", "192.0.2.1", false)]
    [TestCase("fe80::1%1", "fe80::2%2", true)]
    public void AddressGroup_OfTwoAddresses_IsOneForTheSameClient(string one, string other, bool same)
    {
        IPAddress first = IPAddress.Parse(one);
        IPAddress second = IPAddress.Parse(other);
        Assert.That(AddressGroup.Of(first) == AddressGroup.Of(second), Is.EqualTo(same));
        Assert.That(AddressGroup.Of(first.MapToIPv6().GetAddressBytes()), Is.EqualTo(AddressGroup.Of(first)));
    }

    [Test]
    public void TryEnter_BeyondTheTotal_IsRefusedUntilOneLeaves()
    {
        HandshakeLimits limits = Limits(total: 3, perAddress: 3);
        HandshakeTicket[] tickets = new HandshakeTicket[3];
        for (int i = 0; i < 3; i++)
        {
            Assert.That(limits.TryEnter(Client(i), out tickets[i]), Is.True);
        }

        Assert.That(limits.TryEnter(Client(9), out HandshakeTicket none), Is.False);
        Assert.That(none.IsValid, Is.False);
        limits.Leave(ref tickets[1]);
        Assert.That(limits.TryEnter(Client(9), out _), Is.True);
        Assert.That(limits.Counters, Is.EqualTo(new HandshakeCounters(
            UnderWay: 3, Admitted: 4, RefusedByTotal: 1, RefusedByAddress: 0)));
    }

    [Test]
    public void TryEnter_BeyondTheAddressLimit_IsRefusedForThatAddressOnly()
    {
        HandshakeLimits limits = Limits(total: 10, perAddress: 2);
        limits.TryEnter(Client(1), out HandshakeTicket first);
        limits.TryEnter(Client(1), out _);

        Assert.That(limits.TryEnter(Client(1), out _), Is.False);
        Assert.That(limits.TryEnter(Client(2), out _), Is.True);
        limits.Leave(ref first);
        Assert.That(limits.TryEnter(Client(1), out _), Is.True);
        Assert.That(limits.Counters, Is.EqualTo(new HandshakeCounters(
            UnderWay: 3, Admitted: 4, RefusedByTotal: 0, RefusedByAddress: 1)));
    }

    [Test]
    public void TryEnter_WithoutAnAddress_CountsForTheTotalOnly()
    {
        HandshakeLimits limits = Limits(total: 3, perAddress: 1);
        HandshakeTicket last = default;
        for (int i = 0; i < 3; i++)
        {
            Assert.That(limits.TryEnter(null, out last), Is.True);
        }

        Assert.That(limits.TryEnter(null, out _), Is.False);
        limits.Leave(ref last);
        Assert.That(limits.Counters.UnderWay, Is.EqualTo(2));
    }

    [Test]
    public void Leave_TwiceOrWithoutATicket_ChangesNothing()
    {
        HandshakeLimits limits = Limits(total: 2, perAddress: 2);
        limits.TryEnter(Client(1), out HandshakeTicket ticket);
        limits.TryEnter(Client(1), out _);
        HandshakeTicket never = default;

        limits.Leave(ref ticket);
        limits.Leave(ref ticket);
        limits.Leave(ref never);

        Assert.That(ticket.IsValid, Is.False);
        Assert.That(limits.Counters.UnderWay, Is.EqualTo(1));
    }

    [Test]
    public void TryEnter_RandomOrder_AgreesWithAModel()
    {
        const ulong Seed = 7_181;
        TestContext.Out.WriteLine($"seed {Seed}");
        var random = new FuzzRandom(Seed);
        HandshakeLimits limits = Limits(total: 40, perAddress: 5);
        var model = new List<(int Client, HandshakeTicket Ticket)>();
        int refused = 0;
        for (int i = 0; i < 100_000; i++)
        {
            if (model.Count > 0 && random.Below(2) == 0)
            {
                int at = random.Below(model.Count);
                HandshakeTicket ticket = model[at].Ticket;
                limits.Leave(ref ticket);
                model.RemoveAt(at);
                continue;
            }

            // From few clients to many, so that both limits are met.
            int client = random.Below(1 + (i / 1_000));
            bool fits = model.Count < 40 && model.Count(entry => entry.Client == client) < 5;
            Assert.That(limits.TryEnter(Client(client), out HandshakeTicket entered), Is.EqualTo(fits), $"step {i}");
            if (fits)
            {
                model.Add((client, entered));
            }
            else
            {
                refused++;
            }
        }

        Assert.That(limits.Counters.UnderWay, Is.EqualTo(model.Count));
        Assert.That(limits.Counters.RefusedByTotal + limits.Counters.RefusedByAddress, Is.EqualTo(refused));
        Assert.That(limits.Counters.RefusedByTotal, Is.GreaterThan(10));
        Assert.That(limits.Counters.RefusedByAddress, Is.GreaterThan(10));
    }

    [Test]
    public void TryEnter_ByManyThreads_NeverExceedsALimit()
    {
        HandshakeLimits limits = Limits(total: 4, perAddress: 2);
        int exceeded = 0;

        Parallel.For(0, 8, thread =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                if (limits.TryEnter(Client(thread % 3), out HandshakeTicket ticket))
                {
                    exceeded |= limits.Counters.UnderWay > 4 ? 1 : 0;
                    limits.Leave(ref ticket);
                }
            }
        });

        Assert.That(exceeded, Is.Zero);
        Assert.That(limits.Counters.UnderWay, Is.Zero);
    }

    [Test]
    public void TryEnter_AnyNumberOfAddresses_AllocatesNothing()
    {
        HandshakeLimits limits = Limits(total: 64, perAddress: 4);
        Pass(limits, 100);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Pass(limits, 100_000);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        static void Pass(HandshakeLimits limits, int clients)
        {
            for (int i = 0; i < clients; i++)
            {
                limits.TryEnter(Client(i), out HandshakeTicket ticket);
                limits.Leave(ref ticket);
            }
        }
    }

    [Test]
    public void Validate_OutOfRange_NamesTheValue()
    {
        Assert.That(() => Limits(total: 0, perAddress: 1),
            Throws.ArgumentException.With.Message.Contains("UnderWayMax"));
        Assert.That(() => Limits(total: 1, perAddress: 0),
            Throws.ArgumentException.With.Message.Contains("PerAddressMax"));
        Assert.That(new HandshakeLimitOptions().Validate(), Is.EqualTo(new HandshakeLimitOptions()));
    }

    private static AddressGroup Client(int number)
    {
        Span<byte> address = stackalloc byte[16];
        address[0] = 0x20;
        BitConverter.TryWriteBytes(address[4..], number);
        return AddressGroup.Of(address);
    }

    private static HandshakeLimits Limits(int total, int perAddress) =>
        new(new HandshakeLimitOptions { UnderWayMax = total, PerAddressMax = perAddress });
}
