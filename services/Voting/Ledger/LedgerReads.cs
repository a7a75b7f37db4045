using System.Data;
using System.Data.Common;
using Hosting.Databases;

namespace Voting.Ledger;

/// <summary>Statements that PostgreSQL and SQLite understand alike, with parameters by name (<c>@name</c>).</summary>
internal static class LedgerReads
{
    private const int TimeoutSeconds = 5;

    /// <returns>What <paramref name="read"/> makes of each row.</returns>
    /// <exception cref="DbException">The database does not answer.</exception>
    public static Task<List<T>> ReadAsync<T>(
        this DbDataSource source,
        string sql,
        (string Name, object Value)[] parameters,
        Func<DbDataReader, T> read,
        CancellationToken cancellationToken
    ) =>
        source.RetryIfStaleAsync(async () =>
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            await using var command = connection.CommandOf(sql, parameters);
            await using var rows = await command.ExecuteReaderAsync(CommandBehavior.SingleResult, cancellationToken);
            var all = new List<T>();
            while (await rows.ReadAsync(cancellationToken))
                all.Add(read(rows));
            return all;
        });

    /// <returns>How many rows it touched.</returns>
    /// <exception cref="DbException">Nothing is known of it.</exception>
    public static async Task<int> RunAsync(
        this DbDataSource source,
        string sql,
        (string Name, object Value)[] parameters,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var command = connection.CommandOf(sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static DbCommand CommandOf(this DbConnection connection, string sql, (string Name, object Value)[] parameters)
    {
        var command = connection.CreateCommand();
        (command.CommandText, command.CommandTimeout) = (sql, TimeoutSeconds);
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
