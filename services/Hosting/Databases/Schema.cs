using System.Data.Common;
using System.Reflection;
using DbUp;
using DbUp.Engine;
using Hosting.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hosting.Databases;

/// <summary>
/// A service's versioned SQL: embedded files <c>Schema/{Sqlite|Postgres}/NNNN_what.sql</c>, or <c>Schema/Shared/NNNN_what.sql</c> where
/// both databases take the same text; one way or the other, not both. Applied in order, each once. In PostgreSQL an advisory lock is held
/// meanwhile, so that replicas may start together; SQLite has one process only.
/// </summary>
/// <param name="owner">The same database under the login that owns the tables; null when the login that serves owns them.</param>
public sealed class Schema(
    Database database,
    Database? owner,
    Assembly scripts,
    ILogger<Schema> logger,
    Func<Database, CancellationToken, Task>? afterScripts = null
)
{
    private const long LockKey = 0x5C4E_3A00;
    private readonly Database _owned = owner ?? database;
    private readonly TaskCompletionSource _applied = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes once the schema is in place; background work on the database waits for it.</summary>
    public Task Applied => _applied.Task;

    /// <exception cref="DbException">The database can't be reached, or a script failed (and was rolled back).</exception>
    public async Task ApplyAsync(CancellationToken cancellationToken)
    {
        await using var holder = await LockAsync(_owned, "pg_advisory_lock", cancellationToken);
        Upgrade();
        await FollowAsync(_owned, cancellationToken);
        if (owner is not null)
            await ServingRights.GrantAsync(holder!, database, scripts, Journal, cancellationToken);
        await UnlockAsync(holder, "pg_advisory_unlock", cancellationToken);
        _applied.TrySetResult();
    }

    /// <summary>Finds the schema in place without changing anything.</summary>
    /// <exception cref="SchemaMissingException">A script is not applied yet.</exception>
    /// <exception cref="DbException">The database can't be reached.</exception>
    public async Task FindAsync(CancellationToken cancellationToken)
    {
        // Shared: replicas that start don't wait for each other, but for one that migrates.
        await using var holder = await LockAsync(database, "pg_advisory_lock_shared", cancellationToken);
        if (Engine(database).GetScriptsToExecute() is [var first, ..])
            throw new SchemaMissingException(first.Name);
        await FollowAsync(database, cancellationToken);
        await UnlockAsync(holder, "pg_advisory_unlock_shared", cancellationToken);
        _applied.TrySetResult();
    }

    /// <summary>Applies it, or finds it in place, again and again, at most five seconds apart, until the database takes it.</summary>
    public async Task WhenReachableAsync(bool apply, CancellationToken cancellationToken)
    {
        for (
            var wait = TimeSpan.FromMilliseconds(250);
            ;
            wait = TimeSpan.FromTicks(Math.Min(wait.Ticks * 2, TimeSpan.FromSeconds(5).Ticks))
        )
        {
            try
            {
                // On a thread of its own, since DbUp is synchronous and the host starts the next service only when this one yields.
                await Task.Run(() => apply ? ApplyAsync(cancellationToken) : FindAsync(cancellationToken), cancellationToken);
                return;
            }
            catch (SchemaMissingException missing)
            {
                Log.Awaited(logger, missing.Script, wait.TotalSeconds);
                await Task.Delay(wait, cancellationToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                Log.Postponed(logger, wait.TotalSeconds, error.GetBaseException().Message);
                await Task.Delay(wait, cancellationToken);
            }
        }
    }

    // Null on SQLite, which has one process only.
    private static async Task<NpgsqlConnection?> LockAsync(Database database, string function, CancellationToken cancellationToken)
    {
        if (database.Source is not NpgsqlDataSource postgres)
            return null;
        var connection = await postgres.OpenConnectionAsync(cancellationToken);
        await RunAsync(connection, $"select {function}({LockKey})", cancellationToken);
        return connection;
    }

    private static Task UnlockAsync(NpgsqlConnection? holder, string function, CancellationToken cancellationToken) =>
        holder is null ? Task.CompletedTask : RunAsync(holder, $"select {function}({LockKey})", cancellationToken);

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private Task FollowAsync(Database migrated, CancellationToken cancellationToken) =>
        afterScripts?.Invoke(migrated, cancellationToken) ?? Task.CompletedTask;

    private string Journal => $"{scripts.GetName().Name!.ToLowerInvariant()}_schema";

    private UpgradeEngine Engine(Database migrated) =>
        (
            migrated.Kind is DatabaseKind.Postgres
                ? DeployChanges.To.PostgresqlDatabase(migrated.ConnectionString).JournalToPostgresqlTable("public", Journal)
                : DeployChanges.To.SqliteDatabase(migrated.ConnectionString).JournalToSqliteTable(Journal)
        )
            .WithScriptsEmbeddedInAssembly(scripts, IsScript)
            .WithTransactionPerScript()
            .WithVariablesDisabled()
            .LogToNowhere()
            .Build();

    private bool IsScript(string resource) =>
        resource.Contains($".Schema.{database.Kind}.", StringComparison.Ordinal)
        || resource.Contains(".Schema.Shared.", StringComparison.Ordinal);

    private void Upgrade()
    {
        var result = Engine(_owned).PerformUpgrade();
        if (!result.Successful)
            throw result.Error;
        foreach (var script in result.Scripts)
            Log.Applied(logger, script.Name);
    }
}

/// <summary>The schema is not what this version needs, and this process is not to change it.</summary>
public sealed class SchemaMissingException(string script) : Exception($"The schema lacks {script}; 'migrate' applies it")
{
    public string Script => script;
}

/// <summary>
/// Applies the schema at start, or waits until <c>migrate</c> has, again and again until the database answers: services may be started in
/// any order, and a service whose database is unavailable still answers <c>/health/live</c> and says 503 to what it can't do.
/// </summary>
internal sealed class SchemaAtStart(IEnumerable<Schema> schemas, SchemaSettings settings) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var schema in schemas)
            await schema.WhenReachableAsync(settings.MigrateAtStart, stoppingToken);
    }
}

/// <param name="MigrateAtStart">False where <c>migrate</c> alone changes the schema, and the service waits for it.</param>
internal sealed record SchemaSettings(bool MigrateAtStart)
{
    /// <exception cref="SettingException">The value is neither true nor false.</exception>
    public static SchemaSettings From(IConfiguration configuration) => new(configuration.Switch("Schema:MigrateAtStart", true));
}

internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Information, "Applied schema script {Script}")]
    public static partial void Applied(ILogger logger, string script);

    [LoggerMessage(1002, LogLevel.Warning, "The schema could not be applied, trying again in {Seconds} s: {Problem}")]
    public static partial void Postponed(ILogger logger, double seconds, string problem);

    [LoggerMessage(1007, LogLevel.Information, "Waiting for 'migrate' to apply schema script {Script}, looking again in {Seconds} s")]
    public static partial void Awaited(ILogger logger, string script, double seconds);
}
