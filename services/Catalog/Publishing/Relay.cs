using Catalog.Store;
using Contracts;
using Dapper;
using Hosting;
using Hosting.Databases;
using MassTransit;

namespace Catalog.Publishing;

/// <summary>
/// Tells the other services how tools and comparisons stand. What it has to tell is state, not history: every row whose version is above
/// its published version. An edit wakes it after its commit; a sweep finds what a crash or another replica left. Whatever gathered is one
/// message, marked as published once the broker confirmed it. A message sent twice does no harm, since receivers compare versions;
/// publishing within the editor's request was rejected, for then a broker that is unavailable would stop the editing.
/// </summary>
internal sealed class Relay(CatalogStore store, CatalogStart start, IBus bus, IHostApplicationLifetime lifetime, ILogger<Relay> logger)
    : BackgroundService
{
    private const int MostInOneMessage = 500;
    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PublishTimeout = TimeSpan.FromSeconds(10);

    private readonly Signal _edited = new();

    /// <summary>Returns at once, whatever the broker does.</summary>
    public void Wake() => _edited.Set();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The bus in memory drops what is published before its consumers are there; a broker would keep it.
        await lifetime.StartedAsync(stoppingToken);
        await start.Ready.WaitAsync(stoppingToken);
        var pause = Sweep;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await DrainAsync(stoppingToken)) { }

                pause = Sweep;
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                Log.PublishPostponed(logger, pause.TotalSeconds, error.Message);
                // Edits don't shorten this pause: they'd meet the same broker.
                await Task.Delay(pause, stoppingToken);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                continue;
            }

            await _edited.WaitAsync(Sweep, stoppingToken);
        }
    }

    /// <returns>Whether a message was full, so that more may be waiting.</returns>
    private async Task<bool> DrainAsync(CancellationToken cancellationToken)
    {
        var (tools, comparisons) = await store.Database.Source.RetryIfStaleAsync(() => UnpublishedAsync(cancellationToken));
        if (tools.Count > 0)
        {
            // Mandatory: Voting always has a queue for these, and until it is declared a confirmed message would have gone nowhere.
            await PublishAsync(new ToolsChanged { Tools = tools }, mandatory: true, cancellationToken);
            await MarkAsync(
                "update tools set published_version = @Version where slug = @Slug and published_version < @Version",
                tools,
                cancellationToken
            );
        }

        if (comparisons.Count > 0)
        {
            // Not mandatory: no service has to listen, because any of them can read the list.
            await PublishAsync(new ComparisonsChanged { Comparisons = comparisons }, mandatory: false, cancellationToken);
            await MarkAsync(
                "update comparisons set published_version = @Version where slug = @Slug and published_version < @Version",
                comparisons,
                cancellationToken
            );
        }

        if (tools.Count + comparisons.Count > 0)
            Log.Published(logger, tools.Count, comparisons.Count);
        return tools.Count == MostInOneMessage || comparisons.Count == MostInOneMessage;
    }

    private async Task<(List<ToolState> Tools, List<ComparisonState> Comparisons)> UnpublishedAsync(CancellationToken cancellationToken)
    {
        await using var connection = await store.Database.Source.OpenConnectionAsync(cancellationToken);
        var tools = await connection.QueryAsync<ToolRow>(
            "select slug, name, category, retired, version from tools where version > published_version order by slug limit @limit",
            new { limit = MostInOneMessage }
        );
        var comparisons = await connection.QueryAsync<ComparisonRow>(
            """
            select slug, a, b, removed, published_at as PublishedAt, version from comparisons
            where version > published_version order by slug limit @limit
            """,
            new { limit = MostInOneMessage }
        );
        return (
            [.. tools.Select(row => new ToolState(row.Slug, row.Name, row.Category, row.Retired != 0, row.Version))],
            [
                .. comparisons.Select(row => new ComparisonState(
                    row.Slug,
                    row.A,
                    row.B,
                    new DateTimeOffset(StoredUnits.Time(row.PublishedAt)),
                    row.Removed != 0,
                    row.Version
                )),
            ]
        );
    }

    private async Task PublishAsync<T>(T message, bool mandatory, CancellationToken cancellationToken)
        where T : class
    {
        using var timeout = cancellationToken.WithTimeout(PublishTimeout);
        await bus.Publish(message, context => context.Mandatory = mandatory, timeout.Token);
    }

    private async Task MarkAsync<T>(string sql, List<T> states, CancellationToken cancellationToken)
    {
        await using var connection = await store.Database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(sql, states, transaction);
        await transaction.CommitAsync(cancellationToken);
    }
}
