using System.Data.Common;
using Hosting.Configuration;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Hosting.Databases;

public enum DatabaseKind
{
    Sqlite,
    Postgres,
}

/// <summary>
/// A service's own database. Its connection string alone says what it is: <c>Host=…</c> is PostgreSQL, <c>Data Source=…</c> SQLite.
/// </summary>
public sealed class Database : IAsyncDisposable
{
    /// <summary>
    /// PostgreSQL connections of one process, unless its connection string says otherwise (<c>Maximum Pool Size</c>). Npgsql's own 100
    /// would let a few replicas take all that the server allows; what waits for one of these waits for milliseconds.
    /// </summary>
    public const int PoolSize = 20;

    private Database(DatabaseKind kind, string connectionString, DbDataSource source)
    {
        Kind = kind;
        ConnectionString = connectionString;
        Source = source;
    }

    public DatabaseKind Kind { get; }
    public string ConnectionString { get; }
    public DbDataSource Source { get; }

    /// <exception cref="SettingException">The connection string is missing or of neither kind. It is never repeated in the message: it may
    /// hold a password.</exception>
    public static Database From(IConfiguration configuration, string name)
    {
        var setting = $"ConnectionStrings:{name}";
        var value = configuration.Required(
            setting,
            "Host=127.0.0.1;Database=verdicts;Username=verdicts (PostgreSQL) or Data Source=verdicts.db (SQLite)"
        );
        try
        {
            if (
                value.StartsWith("Host=", StringComparison.OrdinalIgnoreCase)
                || value.Contains(";Host=", StringComparison.OrdinalIgnoreCase)
            )
            {
                var postgres = new NpgsqlConnectionStringBuilder(value);
                // What encrypts without looking at the certificate protects from nobody who can get in between.
                if (postgres.SslMode is var mode and (SslMode.Require or SslMode.VerifyCA))
                    throw new SettingException(
                        setting,
                        $"SSL Mode={mode} does not check the server's name; write SSL Mode=VerifyFull, and Root Certificate=FILE "
                            + "for an authority of your own"
                    );
                if (!postgres.ShouldSerialize("Maximum Pool Size"))
                    postgres.MaxPoolSize = PoolSize;
                return new Database(DatabaseKind.Postgres, postgres.ConnectionString, NpgsqlDataSource.Create(postgres));
            }

            var sqlite = new SqliteConnectionStringBuilder(value);
            if (sqlite.DataSource.Length == 0)
                throw new SettingException(setting, "names neither Host (PostgreSQL) nor Data Source (SQLite)");
            KeepPrivate(sqlite);
            return new Database(DatabaseKind.Sqlite, value, new SqliteDataSource(value));
        }
        catch (ArgumentException malformed)
        {
            throw new SettingException(setting, $"is malformed ({malformed.GetType().Name})");
        }
    }

    /// <summary>The same database as the login that owns its tables, from <c>ConnectionStrings:{name}Owner</c>.</summary>
    /// <returns>Null when it isn't set: then the login that serves owns them too.</returns>
    /// <exception cref="SettingException">One of the two is not PostgreSQL, or the login that serves has no name.</exception>
    internal Database? OwnerFrom(IConfiguration configuration, string name)
    {
        var setting = $"ConnectionStrings:{name}Owner";
        if (configuration[setting] is not { Length: > 0 })
            return null;
        var owner = From(configuration, name + "Owner");
        if (owner.Kind is not DatabaseKind.Postgres || Kind is not DatabaseKind.Postgres)
            throw new SettingException(setting, $"is for PostgreSQL only, as is ConnectionStrings__{name} beside it");
        return new NpgsqlConnectionStringBuilder(ConnectionString).Username is { Length: > 0 }
            ? owner
            : throw new SettingException(
                $"ConnectionStrings:{name}",
                $"has no Username, which {setting.Replace(":", "__", StringComparison.Ordinal)} needs to know whom to grant what"
            );
    }

    // SQLite gives its log the mode of the file, and the file that of the umask. Files of earlier versions are closed too.
    private static void KeepPrivate(SqliteConnectionStringBuilder sqlite)
    {
        if (
            sqlite.Mode is SqliteOpenMode.Memory
            || sqlite.DataSource == ":memory:"
            || sqlite.DataSource.StartsWith("file:", StringComparison.Ordinal)
        )
            return;
        var path = Path.GetFullPath(sqlite.DataSource);
        PrivateFiles.CreateFolder(Path.GetDirectoryName(path)!);
        // Never one that is there: to close it would end the locks that SQLite holds on it in this process.
        if (sqlite.Mode is SqliteOpenMode.ReadWriteCreate && !File.Exists(path))
            new FileStream(path, PrivateFiles.ToWrite(FileMode.OpenOrCreate)).Dispose();
        foreach (var suffix in (string[])["", "-wal", "-shm", "-journal"])
            PrivateFiles.Close(path + suffix);
    }

    public ValueTask DisposeAsync() => Source.DisposeAsync();
}
