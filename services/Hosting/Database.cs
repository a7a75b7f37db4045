using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Hosting;

public enum DatabaseKind { Sqlite, Postgres }

/// <summary>
/// A service's own database. Its connection string alone says what it is: <c>Host=…</c> is PostgreSQL, <c>Data Source=…</c> SQLite.
/// </summary>
public sealed class Database : IAsyncDisposable
{
    private Database(DatabaseKind kind, string connectionString, DbDataSource source)
    {
        Kind = kind;
        ConnectionString = connectionString;
        Source = source;
    }

    public DatabaseKind Kind { get; }
    public string ConnectionString { get; }
    public DbDataSource Source { get; }

    /// <exception cref="SettingException">The connection string is missing or of neither kind. It is never repeated in the message: it may hold a password.</exception>
    public static Database From(IConfiguration configuration, string name)
    {
        var setting = $"ConnectionStrings:{name}";
        var value = configuration.Required(setting, "Host=127.0.0.1;Database=voting;Username=voting (PostgreSQL) or Data Source=voting.db (SQLite)");
        try
        {
            if (value.StartsWith("Host=", StringComparison.OrdinalIgnoreCase) || value.Contains(";Host=", StringComparison.OrdinalIgnoreCase))
                return new Database(DatabaseKind.Postgres, value, NpgsqlDataSource.Create(value));

            var sqlite = new SqliteConnectionStringBuilder(value);
            if (sqlite.DataSource.Length == 0)
                throw new SettingException(setting, "names neither Host (PostgreSQL) nor Data Source (SQLite)");
            if (Path.GetDirectoryName(Path.GetFullPath(sqlite.DataSource)) is { } directory)
                Directory.CreateDirectory(directory);
            return new Database(DatabaseKind.Sqlite, value, SqliteFactory.Instance.CreateDataSource(value));
        }
        catch (ArgumentException malformed)
        {
            throw new SettingException(setting, $"is malformed ({malformed.GetType().Name})");
        }
    }

    public ValueTask DisposeAsync() => Source.DisposeAsync();
}
