using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using Testing.Servers;
using Voting.Tests;
using Xunit;

[assembly: AssemblyFixture(typeof(Stores))]

namespace Voting.Tests;

/// <summary>Where a ledger can be: what is claimed of the ledger is tested on both.</summary>
public enum Store
{
    Sqlite,
    Postgres,
}

/// <summary>A new ledger for each test that asks: a file, or a database on one real PostgreSQL that the first such test starts.</summary>
public sealed class Stores : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("voting-stores-").FullName;
    private readonly SharedPostgres _postgres = new();

    /// <returns>The connection string of an empty database.</returns>
    public async Task<string> NewLedgerAsync(Store store)
    {
        if (store is Store.Sqlite)
            return $"Data Source={Path.Combine(_folder, $"ledger_{Guid.NewGuid():n}")}.db";
        return await _postgres.NewDatabaseAsync("ledger") + ";Maximum Pool Size=8;Timeout=30";
    }

    /// <returns>An open connection to a ledger of either kind, beside the service's.</returns>
    public static async Task<DbConnection> OpenAsync(string ledger)
    {
        DbConnection connection = ledger.StartsWith("Host=", StringComparison.Ordinal)
            ? new NpgsqlConnection(ledger)
            : new SqliteConnection($"{ledger};Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    public static async Task ExecuteAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    /// <returns>Connection strings to an empty database of its owner, who is no superuser, and of a login that owns nothing.</returns>
    public async Task<(string Owner, string Serving)> NewLoginsAsync()
    {
        var server = await _postgres.ServerAsync();
        var name = $"ledger_{Guid.NewGuid():n}";
        await server.Create(name);
        await server.Execute(
            $"create role {name}_owner login; create role {name}_serving login; alter database {name} owner to {name}_owner"
        );
        return (As("owner"), As("serving"));

        string As(string login) =>
            server.ConnectionTo(name).Replace("Username=voting;", $"Username={name}_{login};", StringComparison.Ordinal)
            + ";Maximum Pool Size=8;Timeout=30";
    }

    public void Dispose()
    {
        _postgres.Dispose();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}
