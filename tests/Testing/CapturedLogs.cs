using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Testing;

public sealed record LogLine(LogLevel Level, EventId Id, string Message, Exception? Error)
{
    public override string ToString() => $"{Level} {Id.Id} {Message} {Error}";
}

/// <summary>What a host wrote into its log, from a level upwards.</summary>
public sealed class CapturedLogs(LogLevel least = LogLevel.Trace) : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<LogLine> _lines = [];

    public IReadOnlyCollection<LogLine> Lines => _lines;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        if (IsEnabled(logLevel))
            _lines.Enqueue(new(logLevel, eventId, formatter(state, exception), exception));
    }

    public void Dispose() { }
}
