using System.Data.Common;
using Hosting.Databases;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Operator.PublicLog;

/// <param name="Size">Entries the tree had.</param>
/// <param name="SignedSize">Entries of the last checkpoint, which the rebuilt tree must extend.</param>
internal sealed record LogExtent(long Size, long SignedSize);

/// <summary>
/// The tables of the public log in the ledger's database. All of them follow from the entries, except what was signed, which stays: Voting
/// signs a rebuilt tree only if it extends the last checkpoint.
/// </summary>
internal sealed class LogTables(Database database)
{
    private static readonly string[] Derived = ["log_tiles", "log_bundles", "log_totals"];

    /// <exception cref="UnusableException">The database holds no log.</exception>
    public async Task<LogExtent> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await ReadAsync(connection, null, cancellationToken);
    }

    /// <summary>Empties what follows from the entries, in one transaction. Voting, which may run, then rebuilds it.</summary>
    /// <returns>What it was before.</returns>
    /// <exception cref="UnusableException">The database holds no log.</exception>
    /// <exception cref="DbException">The login does not own the tables.</exception>
    public async Task<LogExtent> EmptyAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = connection is SqliteConnection sqlite
            ? sqlite.BeginTransaction(deferred: false)
            : await connection.BeginTransactionAsync(cancellationToken);
        var before = await ReadAsync(connection, transaction, cancellationToken);
        if (connection is SqliteConnection)
            await EmptySqliteAsync(connection, transaction, cancellationToken);
        else
            await EmptyPostgresAsync(connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return before;
    }

    private static Task EmptyPostgresAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
    {
        string[] guarded = [.. Derived, "log_head"];
        // The head's row first, as whoever extends the log does.
        return RunAsync(
            connection,
            transaction,
            [
                "select size from log_head for update",
                .. guarded.Select(table => $"alter table {table} disable trigger user"),
                $"truncate {string.Join(", ", Derived)}",
                "update log_head set size = 0",
                .. guarded.Select(table => $"alter table {table} enable trigger user"),
            ],
            cancellationToken
        );
    }

    // SQLite knows no disabling: the triggers are dropped and made again from their own text.
    private static async Task EmptySqliteAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var triggers = new List<(string Name, string Sql)>();
        await using (var command = connection.CreateCommand())
        {
            command.Transaction = transaction;
            command.CommandText =
                "select name, sql from sqlite_master where type = 'trigger' and tbl_name in ('log_tiles', 'log_bundles', "
                + "'log_totals', 'log_head')";
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
                triggers.Add((rows.GetString(0), rows.GetString(1)));
        }

        await RunAsync(
            connection,
            transaction,
            [
                .. triggers.Select(trigger => $"drop trigger {trigger.Name}"),
                .. Derived.Select(table => $"delete from {table}"),
                "update log_head set size = 0",
                .. triggers.Select(trigger => trigger.Sql),
            ],
            cancellationToken
        );
    }

    private static async Task RunAsync(
        DbConnection connection,
        DbTransaction transaction,
        IEnumerable<string> statements,
        CancellationToken cancellationToken
    )
    {
        foreach (var statement in statements)
        {
            await using var command = connection.CreateCommand();
            (command.Transaction, command.CommandText) = (transaction, statement);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static async Task<LogExtent> ReadAsync(DbConnection connection, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        await using var read = connection.CreateCommand();
        (read.Transaction, read.CommandText) = (transaction, "select size, signed_size from log_head");
        try
        {
            await using var row = await read.ExecuteReaderAsync(cancellationToken);
            if (await row.ReadAsync(cancellationToken))
                return new LogExtent(row.GetInt64(0), row.GetInt64(1));
        }
        catch (DbException error)
            when (error is PostgresException { SqlState: PostgresErrorCodes.UndefinedTable }
                || error is SqliteException && error.Message.Contains("no such table", StringComparison.Ordinal)
            )
        {
            // Told below.
        }

        throw new UnusableException("This database holds no public log.");
    }
}
