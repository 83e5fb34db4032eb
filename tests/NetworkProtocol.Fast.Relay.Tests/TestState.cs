using System;
using System.IO;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests;

/// <summary>
/// The state directory of all processes that the tests start, however they start them: never the user's own, where his
/// keys are.
/// </summary>
[SetUpFixture]
internal sealed class TestState
{
    private DirectoryInfo folder = null!;

    [OneTimeSetUp]
    public void Make()
    {
        folder = Directory.CreateTempSubdirectory("npfast-state-");
        Environment.SetEnvironmentVariable("XDG_STATE_HOME", folder.FullName);
        Environment.SetEnvironmentVariable("STATE_DIRECTORY", null);
    }

    [OneTimeTearDown]
    public void Remove() => folder.Delete(recursive: true);
}
