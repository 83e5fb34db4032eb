using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace NetworkProtocol.Fast.Relay.Logging;

/// <summary>
/// Writes the lines that the console gets to a file as well. Whoever logs only formats: one task writes, so that a slow
/// disk holds up no I/O thread. Lines that it does not keep up with are dropped and counted. Thread-safe.
/// </summary>
internal sealed class FileLoggerProvider : ILoggerProvider, ISupportExternalScope
{
    // As many as the console's queue holds.
    private const int LinesWaitingMax = 2500;

    // A disk that hangs must not hold up the end of the process: a healthy one takes the last lines in far less.
    private static readonly TimeSpan EndMax = TimeSpan.FromSeconds(1);

    private readonly RotatingFile file;
    private readonly ConsoleFormatter formatter;
    private readonly LogLoss loss;
    private readonly Channel<string> lines = Channel.CreateBounded<string>(
        new BoundedChannelOptions(LinesWaitingMax) { SingleReader = true });

    private readonly Task writing;
    private IExternalScopeProvider? scopes;
    private long dropped;

    internal FileLoggerProvider(RotatingFile file, ConsoleFormatter formatter, LogLoss loss)
    {
        this.file = file;
        this.formatter = formatter;
        this.loss = loss;
        writing = Task.Run(WriteAsync);
    }

    internal static ConsoleFormatter Find(IEnumerable<ConsoleFormatter> formatters, string name) =>
        formatters.First(formatter => formatter.Name == name);

    public ILogger CreateLogger(string categoryName) => new FileLogger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => scopes = scopeProvider;

    /// <summary>Writes what waits and closes the file; what a disk that hangs does not take within a second is
    /// lost.</summary>
    public void Dispose()
    {
        lines.Writer.TryComplete();
        Task.WhenAny(writing, Task.Delay(EndMax)).GetAwaiter().GetResult();
        if (writing.IsCompleted)
        {
            file.Dispose();
        }
        else
        {
            // The writer still has the file, and ends with the process.
            loss.Add(lines.Reader.Count, "it does not take the last lines in time");
        }
    }

    private void Write(string line)
    {
        if (!lines.Writer.TryWrite(line))
        {
            Interlocked.Increment(ref dropped);
            loss.Add(1, "it does not take them as fast as they come");
        }
    }

    private async Task WriteAsync()
    {
        while (await lines.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (lines.Reader.TryRead(out string? line))
            {
                file.Append(line);
            }

            if (Interlocked.Exchange(ref dropped, 0) is > 0 and long lost)
            {
                file.Append($"{lost} lines were dropped: the file could not be written as fast as they came\n");
            }

            file.Flush();
        }
    }

    private sealed class FileLogger(FileLoggerProvider provider, string category) : ILogger
    {
        [ThreadStatic]
        private static StringWriter? writer;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => provider.scopes?.Push(state);

        // What is enabled was asked before, of the same levels as for the console.
        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            StringWriter text = writer ??= new StringWriter();
            var entry = new LogEntry<TState>(logLevel, category, eventId, state, exception, formatter);
            provider.formatter.Write(in entry, provider.scopes, text);
            StringBuilder built = text.GetStringBuilder();
            if (built.Length > 0)
            {
                provider.Write(built.ToString());
            }

            built.Clear();
        }
    }
}
