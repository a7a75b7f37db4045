using Microsoft.Data.Sqlite;

namespace Voting.Ledger.Sqlite;

/// <summary>
/// Announces keys of the public log: the same steps as <c>announce_keys</c> in PostgreSQL. Once a start, hence nothing prepared.
/// </summary>
internal static class SqliteKeys
{
    public static void Announce(SqliteConnection connection, SqliteTransaction transaction, IReadOnlyList<string> vkeys, long now)
    {
        var isFirst = Number("select count(*) from log_keys") == 0;
        foreach (var vkey in vkeys)
        {
            if (Number("select count(*) from log_keys where vkey = @vkey", ("vkey", vkey)) > 0)
                continue;
            var id = isFirst ? 0 : Number("select coalesce(max(id), 0) + 1 from entries");
            if (id > 0)
                Number(
                    "insert into entries (id, tool, pseudonym, choice, previous, seq, at, kind) "
                        + "values (@id, '', zeroblob(16), 0, 0, 1, @at, 5)",
                    ("id", id),
                    ("at", now)
                );
            Number("insert into log_keys (vkey, entry, at) values (@vkey, @id, @at)", ("vkey", vkey), ("id", id), ("at", now));
        }

        long Number(string sql, params (string Name, object Value)[] parameters)
        {
            using var command = connection.CommandOf(sql, parameters);
            command.Transaction = transaction;
            return command.ExecuteScalar() is long number ? number : 0;
        }
    }
}
