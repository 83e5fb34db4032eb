using System.Text.Json;
using NetworkProtocol.Fast.Benchmarks.Processes;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Benchmarks.Tests.Processes;

[TestFixture]
internal sealed class CollectionCountsTests
{
    private static readonly double[] Expected = [12, 3, 1];

    [Test]
    public void ReadMetrics_TextOfTheAdminListener_HasEachGeneration()
    {
        const string Text = """
            # TYPE npfast_gc_collections_total counter
            npfast_gc_collections_total{generation="gen0"} 12
            npfast_gc_collections_total{generation="gen1"} 3
            npfast_gc_collections_total{generation="gen2"} 1
            """;
        Assert.That(CollectionCounts.ReadMetrics(Text), Is.EqualTo(Expected));
        Assert.That(CollectionCounts.ReadMetrics(Text + "\nnpfast_other 7\n"), Is.EqualTo(Expected));
    }

    [Test]
    public void ReadMetrics_TextWithoutThem_Throws() =>
        Assert.That(() => CollectionCounts.ReadMetrics("npfast_other 7\n"), Throws.TypeOf<MeasurementException>());

    [Test]
    public void ReadAnswer_LineOfTheLoad_HasEachGeneration()
    {
        using var document = JsonDocument.Parse("""{"event":"collections","gen0":12,"gen1":3,"gen2":1}""");
        Assert.That(CollectionCounts.ReadAnswer(document.RootElement), Is.EqualTo(Expected));
    }
}
