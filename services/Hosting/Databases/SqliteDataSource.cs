using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Hosting.Databases;

/// <summary>SQLite connections on which what is deleted is overwritten, and which wait for another writer without oversleeping.</summary>
internal sealed class SqliteDataSource(string connectionString) : DbDataSource
{
    // SQLite's own wait begins at a millisecond; that of the driver around it sleeps 150 ms at a time, which tells a stopwatch who was
    // writing.
    private const string Settings = "pragma secure_delete = on; pragma busy_timeout = 2000";

    public override string ConnectionString => connectionString;

    protected override DbConnection CreateDbConnection() => new SqliteConnection(connectionString);

    protected override DbConnection OpenDbConnection()
    {
        var connection = new SqliteConnection(connectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = Settings;
        command.ExecuteNonQuery();
        return connection;
    }

    // The driver has nothing asynchronous: its own asynchronous methods do the same.
    protected override ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<DbConnection>(cancellationToken) : new(OpenDbConnection());
}
