using System.Data.Common;
using Hosting.Databases;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Operator.Epochs;

/// <param name="Number">The Unix time in seconds at which it began, or one more than the epoch before.</param>
internal sealed record Epoch(long Number, DateTimeOffset Began, string Reason);

/// <summary>The one row in the ledger's database that names its epoch.</summary>
internal sealed class EpochOfLedger(Database database)
{
    // Under the lock that batches of votes take: a batch is wholly of the old epoch or wholly of the new one. Of the new one nothing is
    // published yet.
    private const string BeginInPostgres = """
        select last_id from ledger_head for update;
        update ledger_epoch set epoch = greatest(epoch + 1, extract(epoch from clock_timestamp())::bigint), reason = @reason;
        delete from totals_published;
        """;

    private const string BeginInSqlite = """
        update ledger_epoch set epoch = max(epoch + 1, unixepoch()), reason = @reason;
        delete from totals_published;
        """;

    public async Task<Epoch> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await ReadAsync(connection, null, cancellationToken);
    }

    public async Task<Epoch> BeginAsync(string reason, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await ReadAsync(connection, null, cancellationToken);
        // SQLite's begins with the writer's lock, so that it waits for a batch instead of failing after it.
        await using var transaction = connection is SqliteConnection sqlite
            ? sqlite.BeginTransaction(deferred: false)
            : await connection.BeginTransactionAsync(cancellationToken);
        await using var begin = connection.CreateCommand();
        begin.Transaction = transaction;
        begin.CommandText = database.Kind is DatabaseKind.Postgres ? BeginInPostgres : BeginInSqlite;
        var parameter = begin.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("reason", reason);
        begin.Parameters.Add(parameter);
        await begin.ExecuteNonQueryAsync(cancellationToken);
        var epoch = await ReadAsync(connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return epoch;
    }

    private static async Task<Epoch> ReadAsync(DbConnection connection, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        await using var read = connection.CreateCommand();
        read.Transaction = transaction;
        read.CommandText = "select epoch, reason from ledger_epoch";
        try
        {
            await using var row = await read.ExecuteReaderAsync(cancellationToken);
            if (await row.ReadAsync(cancellationToken))
                return new Epoch(row.GetInt64(0), DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(0)), row.GetString(1));
        }
        catch (DbException error)
            when (error is PostgresException { SqlState: PostgresErrorCodes.UndefinedTable }
                || error is SqliteException && error.Message.Contains("no such table", StringComparison.Ordinal)
            )
        {
            // Told below.
        }

        throw new UnusableException(
            "This database holds no ledger that keeps epochs. A ledger of an older release begins one by itself when Voting migrates it "
                + "(dotnet Voting.dll migrate, or its next start)."
        );
    }
}
