using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Processes;

/// <summary>A process that hangs must end its test, not the whole run.</summary>
[TestFixture]
internal sealed class TimeLimitTests
{
    [Test]
    public void Fixtures_OfCategoryBinary_HaveATimeLimit()
    {
        List<Type> fixtures = [.. typeof(TimeLimitTests).Assembly.GetTypes().Where(
            static t => t.GetCustomAttributes<CategoryAttribute>().Any(static c => c.Name == "Binary"))];

        Assert.That(fixtures, Is.Not.Empty);
        Assert.That(fixtures.Where(static t => t.GetCustomAttribute<CancelAfterAttribute>() is null), Is.Empty);
    }
}
