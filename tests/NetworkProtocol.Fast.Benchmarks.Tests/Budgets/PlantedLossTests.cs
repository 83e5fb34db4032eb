using System;
using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Benchmarks.Processes;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Benchmarks.Tests.Budgets;

/// <summary>perf/planted: losses that perf/planted/run.sh plants to see that budgets notice. That takes minutes; this
/// holds that they can still be planted.</summary>
[TestFixture]
internal sealed class PlantedLossTests
{
    [TestCase("allocation")]
    [TestCase("flush")]
    public async Task Patch_SourceOfToday_Applies(string loss)
    {
        string? git = Executable.Find("git");
        if (git is null)
        {
            const string Reason = "git is not installed";
            Assert.That(Environment.GetEnvironmentVariable("CI"), Is.Not.EqualTo("true"), Reason);
            Assert.Ignore(Reason);
        }
        else if (!Path.Exists(RepositoryRoot.Combine(".git")))
        {
            Assert.Ignore("this is no clone: without its .git folder, git looks at no files");
        }

        string patch = $"perf/planted/{loss}.patch";
        var start = new ProcessStartInfo(git!, ["apply", "--check", patch])
        {
            WorkingDirectory = RepositoryRoot.Combine("."),
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        string said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero,
            $"{patch} does not apply: make it anew, and run perf/planted/run.sh {loss}. {said}");
    }
}
