using Microsoft.Data.Sqlite;

namespace Voting.Ledger.Sqlite;

/// <summary>The write-ahead log of a SQLite database, which keeps what was deleted until it is cut.</summary>
internal static class SqliteLog
{
    /// <summary>Writes the log's pages to the file and cuts it to nothing.</summary>
    /// <returns>False when a reader or writer stands in the way: worth trying again in a moment.</returns>
    public static bool TryEmpty(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "pragma wal_checkpoint(truncate)";
        using var row = command.ExecuteReader();
        return row.Read() && row.GetInt64(0) == 0;
    }
}
