using System.Data.Common;
using Faults.Tests.Servers;
using Microsoft.Data.Sqlite;
using Npgsql;
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
    private readonly Lazy<Task<Postgres>> _postgres;

    public Stores() => _postgres = new(StartAsync);

    /// <returns>The connection string of an empty database.</returns>
    public async Task<string> NewLedgerAsync(Store store)
    {
        var name = $"ledger_{Guid.NewGuid():n}";
        if (store is Store.Sqlite)
            return $"Data Source={Path.Combine(_folder, name)}.db";
        var server = await _postgres.Value;
        await server.Create(name);
        return server.ConnectionTo(name) + ";Maximum Pool Size=8;Timeout=30";
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
        var server = await _postgres.Value;
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
        if (_postgres.IsValueCreated && _postgres.Value.IsCompletedSuccessfully)
            _postgres.Value.Result.Dispose();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<Postgres> StartAsync()
    {
        // PostgreSQL does not run as root; its own account must get through to its directory.
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_001_001);
        var server = new Postgres(_folder);
        await server.StartAndWait();
        return server;
    }
}
