using System.Data.Common;
using System.Reflection;
using DbUp;
using DbUp.Builder;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hosting;

/// <summary>
/// A service's versioned SQL: embedded files <c>Schema/{Sqlite|Postgres}/NNNN_what.sql</c>, or <c>Schema/Shared/NNNN_what.sql</c> where both
/// databases take the same text; one way or the other, not both. Applied in order, each once.
/// In PostgreSQL an advisory lock is held meanwhile, so that replicas may start together; SQLite has one process only.
/// </summary>
public sealed class Schema(Database database, Assembly scripts, ILogger<Schema> log, Func<Database, CancellationToken, Task>? afterScripts = null)
{
    private const long LockKey = 0x5C4E_3A00;
    private readonly TaskCompletionSource _applied = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes once the schema is in place; background work on the database waits for it.</summary>
    public Task Applied => _applied.Task;

    /// <exception cref="DbException">The database can't be reached, or a script failed (and was rolled back).</exception>
    public async Task ApplyAsync(CancellationToken stop)
    {
        if (database.Kind is DatabaseKind.Postgres)
        {
            await using var holder = await ((NpgsqlDataSource)database.Source).OpenConnectionAsync(stop);
            await using var hold = new NpgsqlCommand($"select pg_advisory_lock({LockKey})", holder) { CommandTimeout = 0 };
            await hold.ExecuteNonQueryAsync(stop);
            Upgrade(DeployChanges.To.PostgresqlDatabase(database.ConnectionString).JournalToPostgresqlTable("public", Journal));
            await FollowAsync(stop);
            await using var release = new NpgsqlCommand($"select pg_advisory_unlock({LockKey})", holder);
            await release.ExecuteNonQueryAsync(stop);
        }
        else
        {
            Upgrade(DeployChanges.To.SqliteDatabase(database.ConnectionString).JournalToSqliteTable(Journal));
            await FollowAsync(stop);
        }

        _applied.TrySetResult();
    }

    /// <summary>Applies it again and again, at most five seconds apart, until the database takes it.</summary>
    public async Task ApplyWhenReachableAsync(CancellationToken cancellationToken)
    {
        for (var wait = TimeSpan.FromMilliseconds(250); ; wait = TimeSpan.FromTicks(Math.Min(wait.Ticks * 2, TimeSpan.FromSeconds(5).Ticks)))
        {
            try
            {
                // On a thread of its own, since DbUp is synchronous and the host starts the next service only when this one yields.
                await Task.Run(() => ApplyAsync(cancellationToken), cancellationToken);
                return;
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                Log.Postponed(log, wait.TotalSeconds, error.GetBaseException().Message);
                await Task.Delay(wait, cancellationToken);
            }
        }
    }

    private Task FollowAsync(CancellationToken cancellationToken) => afterScripts?.Invoke(database, cancellationToken) ?? Task.CompletedTask;

    private string Journal => $"{scripts.GetName().Name!.ToLowerInvariant()}_schema";

    private void Upgrade(UpgradeEngineBuilder builder)
    {
        var result = builder
            .WithScriptsEmbeddedInAssembly(scripts, name => name.Contains($".Schema.{database.Kind}.", StringComparison.Ordinal) || name.Contains(".Schema.Shared.", StringComparison.Ordinal))
            .WithTransactionPerScript()
            .WithVariablesDisabled()
            .LogToNowhere()
            .Build()
            .PerformUpgrade();
        if (!result.Successful)
            throw result.Error;
        foreach (var script in result.Scripts)
            Log.Applied(log, script.Name);
    }
}

/// <summary>
/// Applies the schema at start, again and again until the database answers: services may be started in any order, and a service
/// whose database is away still answers <c>/health/live</c> and says 503 to what it can't do.
/// </summary>
internal sealed class SchemaAtStart(IEnumerable<Schema> schemas) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var schema in schemas)
            await schema.ApplyWhenReachableAsync(stoppingToken);
    }
}

internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Information, "Applied schema script {Script}")]
    public static partial void Applied(ILogger log, string script);

    [LoggerMessage(1002, LogLevel.Warning, "The schema could not be applied, trying again in {Seconds} s: {Problem}")]
    public static partial void Postponed(ILogger log, double seconds, string problem);
}
