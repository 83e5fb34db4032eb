using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Link;

namespace NetworkProtocol.Fast.Tests.Server;

/// <summary>Keeps how the connections of a server ended, as its log tells it, and counts those that were
/// established.</summary>
internal sealed class ClosedLog : ILoggerFactory, ILogger
{
    private const int EstablishedId = 400;
    private const int EstablishedByClientId = 407;
    private const int ClosedId = 401;
    private const int ClosedByFaultId = 402;
    private const int ClosedByFurtherFaultId = 405;
    private const int AccessId = 411;

    private readonly Channel<LinkClosed> ends = Channel.CreateUnbounded<LinkClosed>();
    private int established;

    /// <summary>Connections that said Hello.</summary>
    internal int Established => Volatile.Read(ref established);

    /// <summary>How the next connection ended; in the order in which they did.</summary>
    internal async Task<LinkClosed> NextAsync() =>
        await ends.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (eventId.Id is EstablishedId or EstablishedByClientId)
        {
            Interlocked.Increment(ref established);
        }
        else if (eventId.Id is ClosedId or ClosedByFaultId or ClosedByFurtherFaultId or AccessId
            && state is IReadOnlyList<KeyValuePair<string, object?>> values)
        {
            foreach ((string name, object? value) in values)
            {
                if (name == "Reason" && value is LinkClosed closed)
                {
                    ends.Writer.TryWrite(closed);
                }
            }
        }
    }

    public void Dispose()
    {
    }
}
