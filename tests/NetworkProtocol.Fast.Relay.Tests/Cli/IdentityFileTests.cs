using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Relay.Cli;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Session;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Cli;

/// <summary>A node's key is made once, and never replaced because it cannot be read.</summary>
[TestFixture]
internal sealed class IdentityFileTests
{
    private TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void OpenOrCreate_FirstAndSecondTime_IsTheSameKeyAndLoggedOnce()
    {
        string path = IdentityFile.PathIn(folder.File("state"));
        var log = new LineLogger();

        using IdentityKey made = IdentityFile.OpenOrCreate(path, log);
        using IdentityKey read = IdentityFile.OpenOrCreate(path, log);

        Assert.That(read.Fingerprint, Is.EqualTo(made.Fingerprint));
        Assert.That(log.Lines, Is.EqualTo(new[] { $"made a private key: {path}, fingerprint {made.Fingerprint}" }));
    }

    [Test]
    public void OpenOrCreate_AnUnusableFile_IsLeftAsItIs()
    {
        string path = folder.File("identity.pem");
        File.WriteAllText(path, "garbage");

        Assert.That(() => IdentityFile.OpenOrCreate(path, new LineLogger()), Throws.TypeOf<KeyFileException>());
        Assert.That(File.ReadAllText(path), Is.EqualTo("garbage"));
    }

    [Test]
    public void OpenOrCreate_ByManyAtOnce_IsOneKeyForAll()
    {
        string path = folder.File("identity.pem");
        var log = new LineLogger();
        var fingerprints = new KeyFingerprint[8];

        Parallel.For(0, fingerprints.Length, i =>
        {
            using IdentityKey identity = IdentityFile.OpenOrCreate(path, log);
            fingerprints[i] = identity.Fingerprint;
        });

        Assert.That(fingerprints.Distinct().Count(), Is.EqualTo(1));
        Assert.That(log.Lines, Has.Count.EqualTo(1));
    }

    private sealed class LineLogger : ILogger
    {
        private readonly List<string> lines = [];

        internal IReadOnlyList<string> Lines => lines;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            lock (lines)
            {
                lines.Add(formatter(state, exception));
            }
        }
    }
}
