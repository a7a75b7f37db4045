using System.Data.Common;
using Contracts;
using Dapper;
using Hosting.Databases;
using Hosting.Observability;
using Webhooks.Deliveries;
using Webhooks.Endpoints;
using Webhooks.Events;

namespace Webhooks.Following;

/// <summary>
/// Moves what has been told, and queues what is owed for it, in one transaction. Replicas may see the same change: the one that finds the
/// state as it read it writes, and the other judges again by what is there then.
/// </summary>
internal sealed class Tell(
    [FromKeyedServices(WebhooksService.Name)] Database database,
    TimeProvider timeProvider,
    WorkSignals signals,
    WebhooksMetrics metrics,
    ILogger<Tell> logger
)
{
    private const int MostTries = 10;
    private readonly Outage _outage = new(timeProvider);

    /// <summary>
    /// Takes in a message's totals as far as they have consequences for anybody. While the database is unavailable it is dropped: it is
    /// state, and after the outage the follower brings what it said.
    /// </summary>
    public async Task TryTotalsAsync(IReadOnlyCollection<ToolTotals> totals, CancellationToken cancellationToken)
    {
        try
        {
            if (await HasListenersAsync(cancellationToken))
                await TotalsAsync(totals, keep: false, cancellationToken);
            _outage.Works();
        }
        catch (DbException error)
        {
            if (_outage.Fails())
                Log.DatabaseUnavailable(logger, error.Message);
        }
    }

    /// <summary>
    /// Takes in totals of known tools. State without a consequence is written only if it is asked for: a write for each message would cost
    /// as much as the votes themselves.
    /// </summary>
    /// <param name="totals">Absolute; those that are not newer than what is known are left out.</param>
    /// <param name="keep">Whether to write what has no consequence too.</param>
    public Task TotalsAsync(IReadOnlyCollection<ToolTotals> totals, bool keep, CancellationToken cancellationToken) =>
        JudgeAsync(
            [.. totals.Select(total => total.Tool)],
            known =>
                from total in totals
                // In one order, so that two replicas don't wait for each other.
                orderby total.Tool
                where known.ContainsKey(total.Tool)
                select JudgeTotals.Of(known[total.Tool], total) into judged
                where judged.Happened.Count > 0 || keep
                select judged,
            cancellationToken
        );

    /// <summary>Takes in a tool's document.</summary>
    public Task ToolAsync(Sources.Tool tool, CancellationToken cancellationToken) =>
        JudgeAsync(
            [tool.Slug],
            known => [JudgeTool.Of(known.GetValueOrDefault(tool.Slug, ToldTool.Unknown(tool.Slug)), tool)],
            cancellationToken
        );

    /// <summary>Every tool's version that has been told.</summary>
    public async Task<IReadOnlyDictionary<string, long>> VersionsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return (await ToldTool.ReadAsync(connection, null)).ToDictionary(tool => tool.Key, tool => tool.Value.CatalogVersion);
    }

    /// <summary>The keys of that kind that have been told.</summary>
    public async Task<HashSet<string>> ToldAsync(string kind, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<string>("select key from told where kind = @kind", new { kind })];
    }

    /// <summary>Tells of something that happens once, unless it has been told.</summary>
    public async Task OnceAsync(string kind, Happening happening, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var first = await connection.ExecuteAsync(
            "insert into told (kind, key) values (@kind, @Subject) on conflict (kind, key) do nothing",
            new { kind, happening.Subject },
            transaction
        );
        if (first == 0)
            return;
        var owed = await QueueDeliveries.OwedAsync(connection, transaction, [happening], timeProvider.Now());
        await transaction.CommitAsync(cancellationToken);
        Say(owed);
    }

    private async Task<bool> HasListenersAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return (await EndpointStore.EnabledAsync(connection, null)).Count > 0;
    }

    private async Task JudgeAsync(
        IReadOnlyCollection<string> slugs,
        Func<Dictionary<string, ToldTool>, IEnumerable<(ToldTool After, IReadOnlyList<Happening> Happened)>> judge,
        CancellationToken cancellationToken
    )
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
            var known = await ToldTool.ReadAsync(connection, null, slugs);
            var judged = judge(known).Where(judgement => judgement.After != known.GetValueOrDefault(judgement.After.Slug)).ToList();
            if (judged.Count == 0)
                return;
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            if (!await WriteAsync(connection, transaction, judged))
                continue;
            var owed = await QueueDeliveries.OwedAsync(
                connection,
                transaction,
                [.. judged.SelectMany(judgement => judgement.Happened)],
                timeProvider.Now()
            );
            await transaction.CommitAsync(cancellationToken);
            Say(owed);
            return;
        }

        throw new InvalidOperationException("What has been told changes faster than it can be judged.");
    }

    private static async Task<bool> WriteAsync(
        DbConnection connection,
        DbTransaction transaction,
        IEnumerable<(ToldTool After, IReadOnlyList<Happening> Happened)> judged
    )
    {
        foreach (var (after, _) in judged)
            if (!await after.WriteAsync(connection, transaction))
                return false;
        return true;
    }

    private void Say(IReadOnlyList<string> owed)
    {
        if (owed.Count == 0)
            return;
        foreach (var type in owed)
            metrics.Queued(type);
        Log.Queued(logger, owed.Count);
        signals.Deliveries.Set();
    }
}
