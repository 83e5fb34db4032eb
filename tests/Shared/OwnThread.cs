using System;
using System.Threading;
using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Tests.Shared;

/// <summary>Runs what spins or blocks on a thread of its own: the pool has few, and adds more only slowly.</summary>
internal static class OwnThread
{
    internal static Task Run(Action action) => Task.Factory.StartNew(
        action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
