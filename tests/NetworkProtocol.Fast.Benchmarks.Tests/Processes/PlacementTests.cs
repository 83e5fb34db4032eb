using System.Collections.Generic;
using NetworkProtocol.Fast.Benchmarks.Processes;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Benchmarks.Tests.Processes;

[TestFixture]
internal sealed class PlacementTests
{
    [TestCase(Part.Load, "taskset -c 0 file a")]
    [TestCase(Part.Relay, "taskset -c 0 file a")]
    [TestCase(Part.Upstream, "taskset -c 0 file a")]
    public void OneCore_EveryPart_IsOnTheFirst(Part part, string command) =>
        Assert.That(string.Join(' ', Placement.OneCore.CommandOf(part, "file", ["a"])), Is.EqualTo(command));

    [TestCase(Part.Load, "taskset -c 0 file a")]
    [TestCase(Part.Relay, "taskset -c 1 file a")]
    [TestCase(Part.Upstream, "taskset -c 0 file a")]
    public void Apart_TheRelay_IsAlone(Part part, string command) =>
        Assert.That(string.Join(' ', Placement.Apart.CommandOf(part, "file", ["a"])), Is.EqualTo(command));

    [Test]
    public void Free_NoPart_IsPinned() =>
        Assert.That(Placement.Free.CommandOf(Part.Relay, "file", ["a"]), Is.EqualTo(new[] { "file", "a" }));

    [TestCase(2, true, 3, null)]
    [TestCase(1, true, 2, "apart: the machine has one processor")]
    [TestCase(8, false, 1, "one core, apart: taskset is not installed")]
    public void Available_MachineThatLacksSomething_SaysSo(int processors, bool canPin, int count, string? missing)
    {
        Assert.That(Placement.Available(processors, canPin, out string? said), Has.Count.EqualTo(count));
        Assert.That(said, Is.EqualTo(missing));
    }

    [TestCase("Name:\tx\nVmRSS:\t   12345 kB\nThreads:\t4", "VmRSS:", 12345)]
    [TestCase("Name:\tx", "VmRSS:", 0)]
    public void Status_Row_IsRead(string status, string row, long kibibytes) =>
        Assert.That(ProcessClock.KibibytesIn(status, row), Is.EqualTo(kibibytes));

    [Test]
    public void Used_ProcessesThatCameAndWent_CountWhileTheyWereThere()
    {
        var before = new Dictionary<int, double> { [1] = 10, [2] = 5 };
        var after = new Dictionary<int, double> { [1] = 11, [3] = 0.5 };
        Assert.That(ProcessClock.Used(before, after), Is.EqualTo(1.5).Within(1e-9));
    }

    [Test]
    public void Find_ProgramThatDoesNotExist_IsNone() =>
        Assert.That(Executable.Find("no-such-program-of-this-name"), Is.Null);
}
