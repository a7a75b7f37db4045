using System.Collections.Concurrent;
using Hosting.Configuration;

namespace Web.Proxy;

/// <summary>
/// The live connections that pass through this process: sockets of the hub and event streams. When the process stops they are ended one by
/// one over a few seconds. Left alone, the server would wait for them without result and then cut all of them in one moment, and the other
/// replicas be stormed.
/// </summary>
internal sealed partial class LiveConnections : IHostedService, IDisposable
{
    private const string Setting = "Web:DrainSeconds";
    public static readonly string[] Paths = ["/hubs", "/api/tallies/stream"];
    private readonly ConcurrentDictionary<CancellationTokenSource, byte> _open = new();
    private readonly IHostApplicationLifetime _lifetime;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<LiveConnections> _logger;
    private readonly TimeSpan _drain;
    private CancellationTokenRegistration _stopping;

    /// <exception cref="SettingException"><c>Web:DrainSeconds</c> is no number from 0 to 20.</exception>
    public LiveConnections(
        IConfiguration configuration,
        IHostApplicationLifetime lifetime,
        TimeProvider timeProvider,
        ILogger<LiveConnections> logger
    )
    {
        (_lifetime, _timeProvider, _logger) = (lifetime, timeProvider, logger);
        _drain = configuration.Seconds(Setting, 5, 0, 20);
    }

    public async Task PassAsync(HttpContext context, RequestDelegate next)
    {
        if (!Array.Exists(Paths, path => context.Request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase)))
        {
            await next(context);
            return;
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        context.RequestAborted = end.Token;
        _open.TryAdd(end, 0);
        try
        {
            // A reader who arrives when the others have been told already.
            if (_lifetime.ApplicationStopping.IsCancellationRequested)
                await end.CancelAsync();
            await next(context);
        }
        finally
        {
            _open.TryRemove(end, out _);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Not awaited by anybody: the server waits for its requests, which these are.
        _stopping = _lifetime.ApplicationStopping.Register(() => _ = EndAsync());
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _stopping.Dispose();

    private async Task EndAsync()
    {
        var open = _open.Keys;
        if (open.Count == 0)
            return;
        Draining(_logger, open.Count, _drain.TotalSeconds);
        var began = _timeProvider.GetTimestamp();
        var ended = 0;
        foreach (var connection in open)
        {
            var due = _drain * ((double)ended++ / open.Count) - _timeProvider.GetElapsedTime(began);
            if (due > TimeSpan.FromMilliseconds(20))
                await Task.Delay(due, _timeProvider);
            try
            {
                await connection.CancelAsync();
            }
            catch (ObjectDisposedException)
            {
                // Its reader has left.
            }
        }
    }

    [LoggerMessage(
        6020,
        LogLevel.Information,
        "Stopping: {Connections} live connections are ended, over {Seconds} s; their readers connect again elsewhere"
    )]
    private static partial void Draining(ILogger logger, int connections, double seconds);
}
