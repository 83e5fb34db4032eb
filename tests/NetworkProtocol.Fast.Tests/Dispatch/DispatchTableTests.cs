using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using NetworkProtocol.Fast.Dispatch;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Packets;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Dispatch;

internal sealed class DispatchTableTests
{
    [TestCase("orders", "orders")]
    [TestCase("orders.new", "orders.new")]
    [TestCase("orders.old", "orders.*")]
    [TestCase("orders.", "orders.*")]
    [TestCase("orders.eu.new", "orders.eu.*")]
    [TestCase("orders.euro", "orders.*")]
    [TestCase("order", "*")]
    [TestCase("", "*")]
    [TestCase("Orders", "*")]
    [TestCase("a name of more than eight bytes", "a name of more than eight bytes")]
    public void FindName_AmongAll_TakesTheMostSpecific(string name, string expected)
    {
        DispatchTable table =
            Table("*", "orders.*", "orders", "orders.eu.*", "orders.new", "a name of more than eight bytes");
        Assert.That(NameOf(table.FindName(Encoding.UTF8.GetBytes(name))), Is.EqualTo(expected));
    }

    [TestCase(300, "300")]
    [TestCase(301, "300-310")]
    [TestCase(310, "300-310")]
    [TestCase(311, "256-400")]
    [TestCase(256, "256-400")]
    [TestCase(400, "256-400")]
    [TestCase(401, "*")]
    [TestCase(65_535, "65535")]
    public void FindNumber_AmongAll_TakesTheMostSpecific(int number, string expected) =>
        Assert.That(NameOf(Table("256-400", "300-310", "300", "65535", "*", "350").FindNumber(number)),
            Is.EqualTo(expected));

    [Test]
    public void Find_WithoutARoute_IsNull()
    {
        DispatchTable table = Table("orders", "300");
        Assert.That(table.FindName("nobody"u8), Is.Null);
        Assert.That(table.FindNumber(301), Is.Null);
    }

    [Test]
    public void FindName_AmongThousands_FindsEachAndNoOther()
    {
        var random = new Random(5);
        string[] names = [.. Enumerable.Range(0, 3_000).Select(i => $"n{i}." + new string('x', random.Next(40)))];
        DispatchTable table = Table(names);
        foreach (string name in names)
        {
            Assert.That(NameOf(table.FindName(Encoding.UTF8.GetBytes(name))), Is.EqualTo(name));
            Assert.That(table.FindName(Encoding.UTF8.GetBytes(name + "y")), Is.Null);
        }
    }

    [Test]
    public void FindNumber_AmongManySingleNumbers_FindsEach()
    {
        DispatchTable table = Table([.. Enumerable.Range(0, 500).Select(static i => $"{1_000 + (i * 3)}")]);
        for (int i = 0; i < 500; i++)
        {
            Assert.That(NameOf(table.FindNumber(1_000 + (i * 3))), Is.EqualTo($"{1_000 + (i * 3)}"));
            Assert.That(table.FindNumber(1_001 + (i * 3)), Is.Null);
        }
    }

    [Test]
    public void Table_WithTheSameMatchTwice_IsRefused()
    {
        Assert.That(() => Table("a", "a"), Throws.ArgumentException.With.Message.Contains("given twice"));
        HandlerTable handlers = new HandlerTable().Map("a", static (ref PacketContext _) => { });
        Assert.That(() => handlers.Map("a", static (ref PacketContext _) => { }),
            Throws.ArgumentException.With.Message.Contains("has a handler already"));
    }

    private static DispatchTable Table(params string[] matches) => new(matches.Select(
        static m => new KeyValuePair<RouteMatch, PacketTarget>(RouteMatch.Parse(m), new NamedTarget(m))));

    private static string? NameOf(PacketTarget? target) => (target as NamedTarget)?.Name;

    private sealed class NamedTarget(string name) : PacketTarget
    {
        internal string Name => name;

        internal override Gate? Handle(PeerLink link, in PacketView packet, FlushBatch flush) => null;
    }
}
