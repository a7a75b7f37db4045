using System.Reflection;
using Npgsql;

namespace Hosting.Databases;

/// <summary>
/// What the login that serves may do, where another owns the tables: what the service's <c>Schema/serving.sql</c> lists, and nothing else.
/// <c>{serving}</c> stands for its name there. Granted again after each migration, so that what a release no longer lists is taken away.
/// </summary>
internal static class ServingRights
{
    /// <param name="connection">As the owner of the database and of its tables.</param>
    /// <param name="database">As the login that serves.</param>
    /// <exception cref="PostgresException">There is no such login, or the owner does not own the database.</exception>
    public static async Task GrantAsync(
        NpgsqlConnection connection,
        Database database,
        Assembly scripts,
        string journal,
        CancellationToken cancellationToken
    )
    {
        var login = new NpgsqlConnectionStringBuilder(database.ConnectionString).Username!;
        // One login under both settings owns what it serves.
        if (login == await OneAsync(connection, "select current_user", cancellationToken))
            return;
        using var quote = new NpgsqlCommandBuilder();
        var serving = quote.QuoteIdentifier(login);
        var name = quote.QuoteIdentifier(connection.Database);
        // Not "all tables": an extension's views can be another's.
        var tables = await OneAsync(
            connection,
            "select string_agg(format('%I.%I', schemaname, tablename), ', ') from pg_tables where schemaname = 'public' and "
                + "tableowner = current_user",
            cancellationToken
        );
        var listed = await ListedAsync(scripts, cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var grant = new NpgsqlCommand(
            $"""
            revoke temporary on database {name} from public;
            grant connect on database {name} to {serving};
            revoke create on schema public from public;
            grant usage on schema public to {serving};
            revoke all on {tables} from {serving};
            grant select on public.{journal} to {serving};
            {listed.Replace("{serving}", serving, StringComparison.Ordinal)}
            """,
            connection,
            transaction
        );
        await grant.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<string> ListedAsync(Assembly scripts, CancellationToken cancellationToken)
    {
        await using var stream = scripts.GetManifestResourceStream(
            scripts.GetManifestResourceNames().Single(name => name.EndsWith(".Schema.serving.sql", StringComparison.Ordinal))
        )!;
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    private static async Task<string?> OneAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }
}
