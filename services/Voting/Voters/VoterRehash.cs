using System.Data.Common;
using System.Security.Cryptography;
using Hosting.Configuration;
using Hosting.Databases;
using Microsoft.Data.Sqlite;
using Voting.Ledger.Sqlite;

namespace Voting.Voters;

/// <summary>
/// What follows the schema's scripts, under their lock: settles the key of voters' hashes, and moves votes that are stored under ids. Each
/// batch moves in a transaction of its own, so that an interrupted run continues where it stopped. Nobody votes before the end:
/// <see cref="VoterHasher"/> has no key until then.
/// </summary>
internal sealed class VoterRehash(VoterHasher hasher, ILogger<VoterRehash> logger)
{
    private const int VotersAtOnce = 2000;

    /// <exception cref="SettingException">The ledger's hashes were made with another key than the setting's.</exception>
    /// <exception cref="DbException">The database does not answer; running it again continues from there.</exception>
    public async Task ApplyAsync(Database database, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        if (database.Kind is DatabaseKind.Sqlite)
            await RunAsync(connection, "pragma secure_delete = on", cancellationToken);
        var key = await KeyAsync(connection, cancellationToken);
        if (await ReadAsync(connection, TableExists(database.Kind), [], cancellationToken) is [[1L]])
        {
            var moved = await MoveAsync(database.Kind, connection, key, cancellationToken);
            await RunAsync(connection, "drop table votes_by_id", cancellationToken);
            while (connection is SqliteConnection sqlite && !SqliteLog.TryEmpty(sqlite))
                await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
            if (moved > 0)
                VotingLog.VotersRehashed(logger, moved);
        }

        hasher.Use(key);
    }

    private static string TableExists(DatabaseKind kind) =>
        kind is DatabaseKind.Postgres
            ? "select count(*) from pg_tables where schemaname = 'public' and tablename = 'votes_by_id'"
            : "select count(*) from sqlite_master where type = 'table' and name = 'votes_by_id'";

    private async Task<VoterKeys.Key> KeyAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var stored = await ReadAsync(connection, "select key, proof from voter_hash", [], cancellationToken);
        if (stored.Count == 0)
        {
            var own = hasher.Configured is null ? RandomNumberGenerator.GetBytes(32) : null;
            var first = hasher.Configured ?? VoterKeys.KeyOf(own!);
            await RunAsync(
                connection,
                "insert into voter_hash (key, proof) values (@key, @proof)",
                cancellationToken,
                ("key", own),
                ("proof", Proof(first))
            );
            return first;
        }

        var (kept, proof) = (stored[0][0] as byte[], (byte[])stored[0][1]);
        if (hasher.Configured is { } configured)
        {
            if (!CryptographicOperations.FixedTimeEquals(Proof(configured), proof))
                throw new SettingException(
                    VoterHasher.Setting,
                    "is not the key that this ledger's voters are hashed with"
                        + (kept is null ? "" : ", which is stored in the ledger itself: remove the setting")
                );
            // The ledger's own key was copied into the setting, which takes it out of backups from now on.
            if (kept is not null)
                await RunAsync(connection, "update voter_hash set key = null", cancellationToken);
            return configured;
        }

        return kept is null
            ? throw new SettingException(
                VoterHasher.Setting,
                "is missing, and this ledger's voters are hashed with a key that came from it"
            )
            : VoterKeys.KeyOf(kept);
    }

    private static async Task<long> MoveAsync(
        DatabaseKind kind,
        DbConnection connection,
        VoterKeys.Key key,
        CancellationToken cancellationToken
    )
    {
        byte[] last = [];
        for (long moved = 0; ;)
        {
            var ids = (
                await ReadAsync(
                    connection,
                    $"select distinct voter from votes_by_id where voter > @last order by voter limit {VotersAtOnce}",
                    [("last", last)],
                    cancellationToken
                )
            ).ConvertAll(row => (byte[])row[0]);
            if (ids.Count == 0)
                return moved;
            var hashes = ids.ConvertAll(id => VoterHasher.Of(new Guid(id), key).Value.ToByteArray());
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            if (kind is DatabaseKind.Postgres)
            {
                await RunAsync(
                    connection,
                    """
                    with gone as (
                        delete from votes_by_id v using unnest(@ids, @hashes) as h(id, hash) where v.voter = h.id
                        returning h.hash, v.tool, v.pseudonym, v.choice, v.seq, v.at)
                    insert into votes (voter, tool, pseudonym, choice, seq, at)
                        select hash, tool, pseudonym, choice, seq, at from gone order by hash, tool
                    """,
                    cancellationToken,
                    ("ids", ids.ToArray()),
                    ("hashes", hashes.ToArray())
                );
            }
            else
            {
                for (var place = 0; place < ids.Count; place++)
                {
                    await RunAsync(
                        connection,
                        """
                        insert into votes (voter, tool, pseudonym, choice, seq, at)
                            select @hash, tool, pseudonym, choice, seq, at from votes_by_id where voter = @id;
                        delete from votes_by_id where voter = @id
                        """,
                        cancellationToken,
                        ("hash", hashes[place]),
                        ("id", ids[place])
                    );
                }
            }

            await transaction.CommitAsync(cancellationToken);
            (last, moved) = (ids[^1], moved + ids.Count);
        }
    }

    private static byte[] Proof(VoterKeys.Key key)
    {
        var proof = new byte[VoterKeys.Key.MacLength];
        key.Authenticate(new byte[16], proof);
        return proof[..16];
    }

    private static async Task RunAsync(
        DbConnection connection,
        string sql,
        CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters
    )
    {
        await using var command = Command(connection, sql, parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<List<object[]>> ReadAsync(
        DbConnection connection,
        string sql,
        (string Name, object? Value)[] parameters,
        CancellationToken cancellationToken
    )
    {
        await using var command = Command(connection, sql, parameters);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var all = new List<object[]>();
        while (await rows.ReadAsync(cancellationToken))
        {
            var row = new object[rows.FieldCount];
            rows.GetValues(row);
            all.Add(row);
        }

        return all;
    }

    private static DbCommand Command(DbConnection connection, string sql, (string Name, object? Value)[] parameters)
    {
        var command = connection.CreateCommand();
        (command.CommandText, command.CommandTimeout) = (sql, 0);
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value ?? DBNull.Value);
            if (value is null)
                parameter.DbType = System.Data.DbType.Binary;
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
