using System.Collections.Generic;
using System.Linq;
using NetworkProtocol.Fast.Benchmarks.Budgets;
using NetworkProtocol.Fast.Benchmarks.Load;
using NetworkProtocol.Fast.Benchmarks.Measuring;
using NetworkProtocol.Fast.Benchmarks.Micro;
using NetworkProtocol.Fast.Benchmarks.Tests.Measuring;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Benchmarks.Tests.Budgets;

/// <summary>Budgets that hold, budgets that are broken, and such that nothing was measured for.</summary>
[TestFixture]
internal sealed class BudgetFileTests
{
    private static readonly RatioBudget Rate = new()
    {
        What = "rate", Scenario = "echo", Placement = "one core", PayloadBytes = 64, Subject = "npfast",
        Baseline = "raw", Figure = FigureName.MessagesPerSecond, TargetMin = 0.75, Min = 0.5,
    };

    private static readonly RatioBudget Cpu = Rate with
    {
        What = "cpu", Figure = FigureName.RelayCpu, TargetMin = null, Min = null, TargetMax = 1, Max = 2,
    };

    [Test]
    public void Read_FileOfTheRepository_IsWellFormed()
    {
        BudgetFile file = BudgetFile.Read(RepositoryRoot.Combine("perf/budgets.json"));
        Assert.That(file.Ratios, Is.Not.Empty);
        foreach (RatioBudget budget in file.Ratios)
        {
            Assert.That(budget.Min is null, Is.Not.EqualTo(budget.Max is null), $"{budget.What}: one limit");
            Assert.That(budget.TargetMin is null || budget.Min <= budget.TargetMin, budget.What);
            Assert.That(budget.TargetMax is null || budget.Max >= budget.TargetMax, budget.What);
        }
    }

    [TestCase(60, 1.5, 0)]
    [TestCase(40, 1.5, 1)]
    [TestCase(60, 2.5, 1)]
    [TestCase(40, 2.5, 2)]
    public void Check_Ratios_AreHeldAgainstTheirLimits(double rate, double cpu, int broken) =>
        Assert.That(Broken(Measured(rate, cpu), smoke: false), Has.Length.EqualTo(broken));

    [TestCase(26, 3.9, 0)]
    [TestCase(24, 4.1, 2)]
    public void Check_SmokeRun_HasSlack(double rate, double cpu, int broken) =>
        Assert.That(Broken(Measured(rate, cpu), smoke: true), Has.Length.EqualTo(broken));

    [Test]
    public void Check_SubjectThatLostItsName_IsBroken()
    {
        var measurements = new Measurements();
        measurements.Add(CellTests.Key("renamed"), Figures(1, 1));
        measurements.Add(CellTests.Key("raw"), Figures(1, 1));
        string[] missing = ["rate: not measured", "cpu: not measured"];
        Assert.That(Broken(measurements, smoke: false), Is.EqualTo(missing));
        Assert.That(Broken(measurements, smoke: true), Is.Empty);
    }

    [Test]
    public void Check_PeerThatIsNotInstalled_BreaksNothing()
    {
        var measurements = new Measurements();
        measurements.Add(CellTests.Key("npfast"), Figures(1, 1));
        string[] missing = ["rate: not measured", "cpu: not measured"];
        Assert.That(Broken(measurements, smoke: false), Is.EqualTo(missing), "nobody said that it is missing");
        measurements.Missing.Add("raw: not installed");
        Assert.That(Broken(measurements, smoke: false), Is.Empty);
    }

    [Test]
    public void Check_FigureThatLostItsName_IsBroken()
    {
        var measurements = new Measurements();
        Dictionary<string, double> renamed = new() { ["other"] = 1 };
        measurements.Add(CellTests.Key("npfast"), renamed);
        measurements.Add(CellTests.Key("raw"), renamed);
        string[] missing = ["rate: not measured", "cpu: not measured"];
        Assert.That(Broken(measurements, smoke: false), Is.EqualTo(missing));
    }

    [Test]
    public void Check_ScenarioThatWasNotRun_BreaksNothing() =>
        Assert.That(Broken(new Measurements(), smoke: false), Is.Empty);

    [Test]
    public void Check_NumberThatIsNone_IsBroken() =>
        Assert.That(Rate.Check(double.NaN, slack: 1), Is.EqualTo("rate: not a number"));

    [TestCase(0, 1.0, 0)]
    [TestCase(64, 1.0, 1)]
    [TestCase(0, 0.3, 1)]
    public void Check_PlantedRegressions_AreSeen(double allocatedBytes, double ratioToRaw, int broken)
    {
        // A 64-byte allocation for each packet; less than the least throughput. perf/planted/run.sh measures such.
        LoadResult result = new()
        {
            Subject = "plain echo", Compilation = "native", PayloadBytes = 64, Connections = 16, InFlight = 64,
            MessagesPerSecond = 1, P50Microseconds = 1, P99Microseconds = 1, RatioToRaw = ratioToRaw,
            RatioToPlain = null, AllocatedBytesPerMessage = allocatedBytes, CpuMicrosecondsPerMessage = 1,
        };
        BudgetFile repository = BudgetFile.Read(RepositoryRoot.Combine("perf/budgets.json"));
        BudgetFile file = repository with
        {
            Load = [repository.Load.First(static b => b is { Subject: "plain echo", Connections: 16 })],
        };
        Assert.That(file.Check([result], smoke: false).ToArray(), Has.Length.EqualTo(broken));
    }

    // What a flush for each packet leaves of the raw echo's throughput is a twentieth, about a tenth of the limit: the
    // slack of a smoke run must not cover that. Half of the limit may be noise in such a run.
    [TestCase(0.1, true, 1)]
    [TestCase(0.1, false, 1)]
    [TestCase(0.5, true, 0)]
    [TestCase(0.5, false, 1)]
    [TestCase(1, true, 0)]
    [TestCase(1, false, 0)]
    public void Check_PlantedFlushBetweenProcesses_IsSeen(double ofLimit, bool smoke, int broken)
    {
        BudgetFile repository = BudgetFile.Read(RepositoryRoot.Combine("perf/budgets.json"));
        RatioBudget budget = repository.Ratios.First(static b => b is
        {
            Scenario: "echo", Subject: "npfast plain", InFlight: 64, Figure: FigureName.MessagesPerSecond,
        });
        var measurements = new Measurements();
        CellKey key = CellTests.Key("raw") with { Connections = 16, InFlight = 64 };
        measurements.Add(key, Figures(1_000_000, 1));
        measurements.Add(key with { Subject = "npfast plain" }, Figures(1_000_000 * ofLimit * budget.Min!.Value, 1));
        BudgetFile file = repository with { Ratios = [budget] };
        Assert.That(file.Check(measurements, smoke).ToArray(), Has.Length.EqualTo(broken));
    }

    [TestCase(0.8, true)]
    [TestCase(0.7, false)]
    public void Target_LeastValue_IsMetFromThereOn(double value, bool met)
    {
        Assert.That(Rate.IsMetBy(value), Is.EqualTo(met));
        Assert.That(Rate.TargetText, Is.EqualTo(">= 0.75"));
        Assert.That(Cpu.TargetText, Is.EqualTo("<= 1"));
    }

    [Test]
    public void Check_MicroBenchmarkThatAllocates_IsBroken()
    {
        BudgetFile file = Empty with { Micro = [new MicroBudget { Benchmark = "A.B", AllocatedBytesMax = 0 }] };
        var allocating = new MicroResult("A.B", MicroResult.Native, 1, 1, 64);
        Assert.That(file.Check([allocating], smoke: true).ToArray(), Has.Length.EqualTo(1));
        Assert.That(file.Check([allocating with { AllocatedBytes = 0 }], smoke: true).ToArray(), Is.Empty);
    }

    [Test]
    public void Check_MicroBenchmark_IsComparedWithTheBaselineOfTheSameCompilation()
    {
        BudgetFile file = Empty with
        {
            Micro = [new MicroBudget { Benchmark = "A.B", Baseline = "A.C", RatioMax = 1 }],
        };
        MicroResult[] results =
        [
            new("A.B", MicroResult.Jit, 2, 2, 0), new("A.C", MicroResult.Jit, 3, 3, 0),
            new("A.B", MicroResult.Native, 2, 2, 0), new("A.C", MicroResult.Native, 1, 1, 0),
        ];
        string[] broken = ["A.B: 2.00 of A.C, 1.00 allowed (native)"];
        Assert.That(file.Check(results, smoke: false), Is.EqualTo(broken));
    }

    private static BudgetFile Empty => new() { Micro = [], Load = [], Ratios = [] };

    private static string[] Broken(Measurements measurements, bool smoke) =>
        [.. (Empty with { Ratios = [Rate, Cpu] }).Check(measurements, smoke)];

    private static Measurements Measured(double rate, double cpu)
    {
        var measurements = new Measurements();
        measurements.Add(CellTests.Key("raw"), Figures(100, 1));
        measurements.Add(CellTests.Key("npfast"), Figures(rate, cpu));
        return measurements;
    }

    private static Dictionary<string, double> Figures(double rate, double cpu) => new()
    {
        [FigureName.MessagesPerSecond] = rate,
        [FigureName.RelayCpu] = cpu,
    };
}
