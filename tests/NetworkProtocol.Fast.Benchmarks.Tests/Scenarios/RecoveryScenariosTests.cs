using System.Collections.Generic;
using NetworkProtocol.Fast.Benchmarks.Measuring;
using NetworkProtocol.Fast.Benchmarks.Scenarios;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Benchmarks.Tests.Scenarios;

[TestFixture]
internal sealed class RecoveryScenariosTests
{
    [Test]
    public void FiguresOf_RequestsThatFailed_AreCountedByWhenTheyWereSent()
    {
        double[] failedSentAt = [9.9, 10, 10.5, 10.65, 10.7, 11];
        Dictionary<string, double> figures = RecoveryScenarios.FiguresOf(
            killedAt: 10, listensAt: 10.55, recoveredAt: 10.7, failedSentAt);
        Assert.That(figures[FigureName.FailedInFlight], Is.EqualTo(1));
        Assert.That(figures[FigureName.FailedWhileDown], Is.EqualTo(3));
        Assert.That(figures[FigureName.FailedAfterwards], Is.EqualTo(2));
        Assert.That(figures[FigureName.RecoverySeconds], Is.EqualTo(0.15).Within(1e-9));
        Assert.That(figures[FigureName.RecoveryOfDelay], Is.EqualTo(0.25).Within(1e-9));
    }

    [Test]
    public void FiguresOf_SuccessBeforeItSaysThatItListens_TookNoTime() =>
        Assert.That(RecoveryScenarios.FiguresOf(10, 10.55, 10.54, [])[FigureName.RecoverySeconds], Is.Zero);
}
