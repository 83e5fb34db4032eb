using System;
using System.Threading;
using Microsoft.Extensions.Logging;

namespace NetworkProtocol.Fast.Relay.Tests.Forwarding;

/// <summary>A log that throws when it is told of one event: a fault where nobody expects one.</summary>
internal sealed class FaultyLog(int throwsAt, int counts) : ILoggerFactory, ILogger
{
    private int counted;

    /// <summary>How often the other event was told.</summary>
    internal int Counted => Volatile.Read(ref counted);

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (eventId.Id == throwsAt)
        {
            throw new InvalidOperationException("the log is at fault");
        }

        if (eventId.Id == counts)
        {
            Interlocked.Increment(ref counted);
        }
    }
}
