using System.Data;
using Contracts;
using Microsoft.Data.Sqlite;

namespace Voting.Ledger.Sqlite;

/// <summary>
/// The ledger in SQLite: one process, one writing connection (WAL, <c>synchronous=FULL</c>: a commit that returned is on the disk).
/// A batch goes row by row (<see cref="SqliteBatch"/>), since a statement costs no round trip here.
/// </summary>
public sealed class SqliteLedger(string connectionString, System.Data.Common.DbDataSource readers, ILogger<SqliteLedger> logger)
    : VoteLedger(readers),
        IDisposable
{
    private static readonly TimeSpan EmptyAgainAfter = TimeSpan.FromMilliseconds(250);

    private readonly SemaphoreSlim _writing = new(1);
    private SqliteConnection? _connection;
    private SqliteBatch? _batch;
    private SqliteWithdrawals? _withdrawals;
    private SqliteModeration? _moderation;
    private readonly Dictionary<string, SqliteCommand> _prepared = [];
    private readonly CancellationTokenSource _closing = new();

    // Touched by the writer only.
    private bool _logHoldsErased;
    private bool _emptying;

    public override Task<Committed> CommitAsync(IReadOnlyList<Cast> batch, CancellationToken cancellationToken) =>
        WriteAsync(
            connection =>
            {
                using var transaction = connection.BeginTransaction(IsolationLevel.Serializable, deferred: false);
                var committed = Batch(connection).Write(batch, Micros(DateTimeOffset.UtcNow));
                transaction.Commit();
                return committed;
            },
            cancellationToken
        );

    public override Task<IReadOnlyList<ToolTotals>> ForgetAsync(
        IReadOnlyList<HashedVoter> voters,
        TimeSpan spread,
        CancellationToken cancellationToken
    ) =>
        WriteAsync(
            connection =>
            {
                using var transaction = connection.BeginTransaction(IsolationLevel.Serializable, deferred: false);
                var now = Micros(DateTimeOffset.UtcNow);
                var withdrawals = Withdrawals(connection);
                _logHoldsErased |= withdrawals.Forget(voters, now, spread);
                IReadOnlyList<ToolTotals> moved = spread == TimeSpan.Zero ? withdrawals.WithdrawDue(now, int.MaxValue) : [];
                transaction.Commit();
                // What secure_delete overwrote in the file still stands in the log. A reader in the way is not waited for: votes stand in
                // line behind this.
                if (_logHoldsErased && !Empty(connection) && !_emptying)
                {
                    _emptying = true;
                    _ = Task.Run(() => EmptyLogAsync(_closing.Token), CancellationToken.None);
                }

                return moved;
            },
            cancellationToken
        );

    public override Task<IReadOnlyList<ToolTotals>> WithdrawDueAsync(int most, CancellationToken cancellationToken) =>
        WriteAsync(
            connection =>
            {
                var (now, withdrawals) = (Micros(DateTimeOffset.UtcNow), Withdrawals(connection));
                if (!withdrawals.AnyDue(now))
                    return [];
                using var transaction = connection.BeginTransaction(IsolationLevel.Serializable, deferred: false);
                var moved = withdrawals.WithdrawDue(now, most);
                transaction.Commit();
                return moved;
            },
            cancellationToken
        );

    public override Task ShuffleDueAsync(CancellationToken cancellationToken) =>
        WriteAsync(
            connection =>
            {
                using var transaction = connection.BeginTransaction(IsolationLevel.Serializable, deferred: false);
                Withdrawals(connection).Shuffle();
                transaction.Commit();
                return 0;
            },
            cancellationToken
        );

    public override Task AnnounceKeysAsync(IReadOnlyList<string> vkeys, CancellationToken cancellationToken) =>
        WriteAsync(
            connection =>
            {
                using var transaction = connection.BeginTransaction(IsolationLevel.Serializable, deferred: false);
                SqliteKeys.Announce(connection, transaction, vkeys, Micros(DateTimeOffset.UtcNow));
                transaction.Commit();
                return 0;
            },
            cancellationToken
        );

    public override Task<Moderated> ModerateAsync(Moderation moderation, CancellationToken cancellationToken) =>
        WriteAsync(
            connection =>
            {
                using var transaction = connection.BeginTransaction(IsolationLevel.Serializable, deferred: false);
                _moderation ??= new SqliteModeration(connection, Batch(connection));
                var moderated = _moderation.Write(moderation, Micros(DateTimeOffset.UtcNow));
                transaction.Commit();
                return moderated;
            },
            cancellationToken
        );

    public override Task MarkPublishedAsync(IReadOnlyList<ToolTotals> totals, CancellationToken cancellationToken) =>
        WriteAsync(
            connection =>
            {
                // A mark lost to a power cut costs one more publish of the same state: not worth waiting for the disk.
                var (epoch, current) = OfNewestEpoch(totals);
                Run(connection, "pragma synchronous = normal");
                try
                {
                    using var transaction = connection.BeginTransaction(IsolationLevel.Serializable, deferred: false);
                    var mark = Command(
                        connection,
                        transaction,
                        """
                        insert into totals_published (tool, published_version) select $tool, $version from ledger_epoch where epoch = $epoch
                        on conflict (tool) do update set published_version = max(published_version, excluded.published_version)
                        """,
                        "tool",
                        "version",
                        "epoch"
                    );
                    foreach (var total in current)
                        With(mark, total.Tool, total.Version, epoch).ExecuteNonQuery();
                    transaction.Commit();
                }
                finally
                {
                    Run(connection, "pragma synchronous = full");
                }

                return 0;
            },
            cancellationToken
        );

    public override Task KeepToolsAsync(IReadOnlyList<ToolState> tools, CancellationToken cancellationToken) =>
        WriteAsync(
            connection =>
            {
                using var transaction = connection.BeginTransaction(IsolationLevel.Serializable, deferred: false);
                var keep = Command(
                    connection,
                    transaction,
                    """
                    insert into tools (slug, name, category, retired, version) values ($slug, $name, $category, $retired, $version)
                    on conflict (slug) do update set name = excluded.name, category = excluded.category, retired = excluded.retired,
                        version = excluded.version
                     where version < excluded.version
                    """,
                    "slug",
                    "name",
                    "category",
                    "retired",
                    "version"
                );
                foreach (var tool in tools)
                    With(keep, tool.Slug, tool.Name, tool.Category, tool.Retired, tool.Version).ExecuteNonQuery();
                transaction.Commit();
                return 0;
            },
            cancellationToken
        );

    // SQLite has one writer, and a batch that finds another at it sleeps 150 ms before it looks again.
    public override async Task<T> BesideBatchesAsync<T>(Func<Task<T>> write, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            return await write();
        }
        finally
        {
            _writing.Release();
        }
    }

    public void Dispose()
    {
        _closing.Cancel();
        foreach (var command in _prepared.Values)
            command.Dispose();
        _withdrawals?.Dispose();
        _moderation?.Dispose();
        _batch?.Dispose();
        _connection?.Dispose();
        _writing.Dispose();
        _closing.Dispose();
    }

    private SqliteBatch Batch(SqliteConnection connection) => _batch ??= new SqliteBatch(connection);

    private SqliteWithdrawals Withdrawals(SqliteConnection connection) =>
        _withdrawals ??= new SqliteWithdrawals(connection, Batch(connection));

    private bool Empty(SqliteConnection connection)
    {
        var empty = SqliteLog.TryEmpty(connection);
        _logHoldsErased &= !empty;
        return empty;
    }

    private async Task EmptyLogAsync(CancellationToken closing)
    {
        for (var emptied = false; !emptied && !closing.IsCancellationRequested;)
        {
            try
            {
                await Task.Delay(EmptyAgainAfter, closing);
                emptied = await WriteAsync(connection => !(_emptying = !Empty(connection)), closing);
            }
            catch (SqliteException error)
            {
                VotingLog.ErasureKept(logger, error.Message);
            }
            catch (Exception closed) when (closed is OperationCanceledException or ObjectDisposedException)
            {
                // The next start empties it.
                return;
            }
        }
    }

    private async Task<T> WriteAsync<T>(Func<SqliteConnection, T> write, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            return write(_connection ??= Open());
        }
        finally
        {
            _writing.Release();
        }
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder(connectionString) { Pooling = false, DefaultTimeout = 4 }.ConnectionString
        );
        connection.Open();
        // secure_delete: what ties a forgotten voter to pseudonyms is overwritten, not just left to be reused. Nothing else is ever
        // deleted. Votes of voters who come now touch few pages, and the file's others are in the system's cache: 8 MiB. More is slower,
        // since a commit whose batch splits a page walks through all cached pages. Pages that many votes touch go from the log to the file
        // every 16 MiB instead of 4.
        Run(
            connection,
            "pragma journal_mode = wal; pragma synchronous = full; pragma secure_delete = on; pragma cache_size = -8192; pragma "
                + "wal_autocheckpoint = 4000"
        );
        // What a crash right after an erasure may have left.
        SqliteLog.TryEmpty(connection);
        return connection;
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    // Prepared once for the life of the one connection: parsing the same handful of statements for every batch cost more than running them.
    private SqliteCommand Command(SqliteConnection connection, SqliteTransaction transaction, string sql, params string[] parameters)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            _prepared[sql] = command = connection.CreateCommand();
            command.CommandText = sql;
            foreach (var name in parameters)
                command.Parameters.Add(new SqliteParameter { ParameterName = "$" + name });
        }

        command.Transaction = transaction;
        return command;
    }

    private static SqliteCommand With(SqliteCommand command, params object[] values)
    {
        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i];
        return command;
    }
}
