using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Lifecycle;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Lifecycle;

/// <summary>What is passed to a relay and does not fit: each message of the real one, and how the variables are
/// read.</summary>
[TestFixture]
[Category("Binary")]
[Platform(Include = "Linux")]
[CancelAfter(120_000)]
internal sealed class SocketActivationFaultTests
{
    [TestCase("unix=FOLDER/other", "", "descriptor 3 (unix) from the service manager listens on unix://FOLDER/other, "
        + "where the relay is not configured to listen; have both say the same. The relay's listeners: "
        + "unix://FOLDER/s")]
    [TestCase("unix=FOLDER/s again", "", "descriptor 3 (unix) and descriptor 4 (again) from the service manager both "
        + "listen on unix://FOLDER/s; pass one of them")]
    [TestCase("idle", "", "descriptor 3 (idle) from the service manager does not listen; use Accept=no, which is the "
        + "default")]
    [TestCase("udp", "", "descriptor 3 (udp) from the service manager is not a stream socket; use ListenStream= for "
        + "it")]
    [TestCase("file", "", "descriptor 3 (file) from the service manager is not a socket; pass sockets that listen, and "
        + "nothing else")]
    [TestCase("unix=FOLDER/s nothing", "", "descriptor 4 (nothing) from the service manager is not open; pass as many "
        + "as LISTEN_FDS says")]
    [TestCase("unix=FOLDER/s", "LISTEN_FDS=2", "descriptor 4 from the service manager is not open; pass as many as "
        + "LISTEN_FDS says")]
    [TestCase("idle", "LISTEN_FDNAMES=", "descriptor 3 from the service manager does not listen; use Accept=no, which "
        + "is the default")]
    [TestCase("unix=FOLDER/s", "LISTEN_FDS=some", "LISTEN_FDS is 'some', not a number from 0 to 1024; leave it to the "
        + "service manager, or unset it")]
    [TestCase("unix=FOLDER/s", "LISTEN_FDS=-1", "LISTEN_FDS is '-1', not a number from 0 to 1024; leave it to the "
        + "service manager, or unset it")]
    [TestCase("unix=FOLDER/s", "LISTEN_FDS=99999999999", "LISTEN_FDS is '99999999999', not a number from 0 to 1024; "
        + "leave it to the service manager, or unset it")]
    [TestCase("unix=FOLDER/s", "LISTEN_PID=me", "LISTEN_PID is 'me', not the number of a process; leave it to the "
        + "service manager, or unset it")]
    public async Task Relay_PassedWhatDoesNotFit_SaysSoAndEndsWithCode2(string sockets, string variable, string message)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("s");
        string root = Path.GetDirectoryName(path)!;
        string[] changes = variable.Length > 0 ? [variable] : [];
        using ServiceManager manager = await ServiceManager.OpenAsync(sockets.Replace("FOLDER", root),
            ["env", .. changes, NpfastProcess.BinaryPath, "relay", "--listen", $"unix://{path}"]);
        (string end, string said) = await manager.RunAsync();

        Assert.That(said, Is.EqualTo($"npfast: {message.Replace("FOLDER", root)}"));
        Assert.That(end, Does.StartWith("code 2"));
    }

    [Test]
    [NonParallelizable]
    public void Receive_InAnyCase_TakesTheVariablesOutOfTheEnvironment()
    {
        string[] variables = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PIDFDID"];
        foreach (string count in new[] { "0", "many" })
        {
            string[] values = [Environment.ProcessId.ToString(CultureInfo.InvariantCulture), count, "a:b", "1"];
            foreach ((string variable, string value) in variables.Zip(values))
            {
                Environment.SetEnvironmentVariable(variable, value);
            }

            void Receive() => SocketActivation.Receive([]);
            Assert.That(Receive, count == "0" ? Throws.Nothing : Throws.TypeOf<SocketActivationException>());
            Assert.That(variables.Select(Environment.GetEnvironmentVariable), Is.All.Null);
        }
    }

    [TestCase("7", "2", 2)]
    [TestCase("7", "1024", 1024)]
    [TestCase("7", "0", 0)]
    [TestCase("8", "2", 0)]
    [TestCase("8", "many", 0)]
    [TestCase("7", null, 0)]
    [TestCase(null, "2", 0)]
    [TestCase(null, null, 0)]
    [TestCase("7", "1025", null)]
    [TestCase("7", "+1", null)]
    [TestCase("7", "", null)]
    [TestCase("", "1", null)]
    [TestCase("-7", "1", null)]
    public void CountOf_WhatTheVariablesSay_IsWhatIsForThisProcess(string? process, string? count, int? expected)
    {
        if (expected is null)
        {
            Assert.That(() => SocketActivation.CountOf(process, count, 7), Throws.TypeOf<SocketActivationException>());
        }
        else
        {
            Assert.That(SocketActivation.CountOf(process, count, 7), Is.EqualTo(expected));
        }
    }
}
