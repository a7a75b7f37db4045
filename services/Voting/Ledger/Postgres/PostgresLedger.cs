using System.Data;
using Contracts;
using Hosting.Databases;
using Npgsql;
using NpgsqlTypes;

namespace Voting.Ledger.Postgres;

/// <summary>
/// The ledger in PostgreSQL; <c>cast_gated_votes</c> in the schema holds the transaction, and the reasons for its order.
/// </summary>
public sealed class PostgresLedger(NpgsqlDataSource source) : VoteLedger(source), IAsyncDisposable
{
    private const int GuidLength = 16;

    // The committing loop's own connection: kept open so that the statement stays prepared. Only that loop touches it.
    private NpgsqlConnection? _connection;
    private NpgsqlCommand? _command;

    // Tools that have totals in this database, as far as this connection saw: their rows are never deleted.
    private readonly HashSet<string> _begun = [];

    // Twice is safe: a vote that the first call did commit is found to be the same choice again.
    public override Task<Committed> CommitAsync(IReadOnlyList<Cast> batch, CancellationToken cancellationToken) =>
        source.RetryIfStaleAsync(() => CommitOnceAsync(batch, cancellationToken));

    public override Task<IReadOnlyList<ToolTotals>> ForgetAsync(
        IReadOnlyList<HashedVoter> voters,
        TimeSpan spread,
        CancellationToken cancellationToken
    ) =>
        source.RetryIfStaleAsync(() =>
            MoveOnceAsync(
                "erase_voters($1, $2)",
                [voters.Select(voter => voter.Value.ToByteArray()).ToArray(), spread.Ticks / TimeSpan.TicksPerMicrosecond],
                cancellationToken
            )
        );

    public override Task<IReadOnlyList<ToolTotals>> WithdrawDueAsync(int most, CancellationToken cancellationToken) =>
        source.RetryIfStaleAsync(() => MoveOnceAsync("withdraw_due($1)", [(long)most], cancellationToken));

    public override Task ShuffleDueAsync(CancellationToken cancellationToken) =>
        source.RetryIfStaleAsync(async () =>
        {
            await using var command = source.CreateCommand("select shuffle_due_withdrawals()");
            command.CommandTimeout = 5;
            return await command.ExecuteNonQueryAsync(cancellationToken);
        });

    public override Task<Moderated> ModerateAsync(Moderation moderation, CancellationToken cancellationToken) =>
        source.RetryIfStaleAsync(() => ModerateOnceAsync(moderation, cancellationToken));

    public override Task AnnounceKeysAsync(IReadOnlyList<string> vkeys, CancellationToken cancellationToken) =>
        source.RetryIfStaleAsync(async () =>
        {
            await using var command = source.CreateCommand("select announce_keys($1)");
            command.CommandTimeout = 5;
            command.Parameters.AddWithValue(vkeys.ToArray());
            return await command.ExecuteNonQueryAsync(cancellationToken);
        });

    public override Task MarkPublishedAsync(IReadOnlyList<ToolTotals> totals, CancellationToken cancellationToken) =>
        source.RetryIfStaleAsync(() => MarkPublishedOnceAsync(totals, cancellationToken));

    public override Task KeepToolsAsync(IReadOnlyList<ToolState> tools, CancellationToken cancellationToken) =>
        source.RetryIfStaleAsync(() => KeepToolsOnceAsync(tools, cancellationToken));

    private async Task<Committed> CommitOnceAsync(IReadOnlyList<Cast> batch, CancellationToken cancellationToken)
    {
        try
        {
            var command = _command ??= await PrepareAsync(cancellationToken);
            var (tools, choices) = (new string[batch.Count], new short[batch.Count]);
            var (gates, networks, flags) = (new short[batch.Count], new byte[]?[batch.Count], new short[batch.Count]);
            var (voters, marks, salts) = (Guids(batch.Count), Guids(batch.Count), Guids(batch.Count));
            for (var place = 0; place < batch.Count; place++)
            {
                (tools[place], choices[place]) = (batch[place].Tool, (short)batch[place].Choice);
                var admission = batch[place].Admission;
                (gates[place], networks[place], flags[place]) = ((short)admission.Gate, admission.Networks, (short)admission.Flags);
                batch[place].Voter.Value.TryWriteBytes(voters.AsSpan(place * GuidLength));
                batch[place].Mark.Value.TryWriteBytes(marks.AsSpan(place * GuidLength));
                batch[place].Mark.Salt.TryWriteBytes(salts.AsSpan(place * GuidLength));
            }

            var first = tools.Where(tool => !_begun.Contains(tool)).Distinct().ToArray();
            foreach (var (place, value) in ((object[])[tools, voters, marks, salts, choices, gates, networks, flags, first]).Index())
                command.Parameters[place].Value = value;
            await using var row = await command.ExecuteReaderAsync(CommandBehavior.SingleResult, cancellationToken);
            await row.ReadAsync(cancellationToken);
            var committed = Read(row, batch);
            // Not before the end of the answer: only then is it committed.
            while (await row.ReadAsync(cancellationToken) || await row.NextResultAsync(cancellationToken)) { }

            _begun.UnionWith(first);
            return committed;
        }
        catch
        {
            // Whatever happened to this connection, the next batch begins on a fresh one.
            await DisposeAsync();
            throw;
        }
    }

    // Rare, hence a connection of the pool and no prepared statement.
    private async Task<IReadOnlyList<ToolTotals>> MoveOnceAsync(string function, object[] arguments, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(
            $"select tool, ship, skip, version, at, current_epoch(), held, void, networks from {function}"
        );
        command.CommandTimeout = 4;
        foreach (var argument in arguments)
            command.Parameters.AddWithValue(argument);
        var moved = new List<ToolTotals>();
        await using var rows = await command.ExecuteReaderAsync(CommandBehavior.SingleResult, cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            moved.Add(ReadTotals(rows));
        return moved;
    }

    private async Task<Moderated> ModerateOnceAsync(Moderation moderation, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("select m.*, current_epoch() from moderate_votes($1, $2, $3, $4, $5, $6) m");
        command.CommandTimeout = 30;
        command.Parameters.AddWithValue(moderation.Tool);
        command.Parameters.AddWithValue(moderation.Voters.Select(voter => voter.Value.ToByteArray()).ToArray());
        command.Parameters.AddWithValue((short)moderation.Kind);
        command.Parameters.AddWithValue((short)moderation.Reason);
        command.Parameters.AddWithValue(moderation.Moderator);
        command.Parameters.AddWithValue(moderation.Note);
        await using var row = await command.ExecuteReaderAsync(CommandBehavior.SingleResult, cancellationToken);
        await row.ReadAsync(cancellationToken);
        if (row.GetInt64(0) == 0)
            return new Moderated(0, null);
        var moved = new ToolTotals(
            moderation.Tool,
            row.GetInt64(1),
            row.GetInt64(2),
            row.GetInt64(6),
            Time(row.GetInt64(7)),
            row.GetInt64(8),
            row.GetInt64(3),
            row.GetInt64(4),
            row.IsDBNull(5) ? null : row.GetInt64(5)
        );
        return new Moderated(row.GetInt64(0), moved);
    }

    private async Task MarkPublishedOnceAsync(IReadOnlyList<ToolTotals> totals, CancellationToken cancellationToken)
    {
        var (epoch, current) = OfNewestEpoch(totals);
        await using var command = source.CreateCommand("select mark_published($1, $2) from ledger_epoch where epoch = $3");
        command.CommandTimeout = 5;
        command.Parameters.AddWithValue(current.Select(total => total.Tool).ToArray());
        command.Parameters.AddWithValue(current.Select(total => total.Version).ToArray());
        command.Parameters.AddWithValue(epoch);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task KeepToolsOnceAsync(IReadOnlyList<ToolState> tools, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(
            """
            insert into tools as t (slug, name, category, retired, version)
            select * from (select distinct on (slug) * from unnest($1, $2, $3, $4, $5) as n(slug, name, category, retired, version)
                order by slug, version desc) n
            on conflict (slug) do update set name = excluded.name, category = excluded.category, retired = excluded.retired,
                version = excluded.version
             where t.version < excluded.version
            """
        );
        command.CommandTimeout = 5;
        command.Parameters.AddWithValue(tools.Select(tool => tool.Slug).ToArray());
        command.Parameters.AddWithValue(tools.Select(tool => tool.Name).ToArray());
        command.Parameters.AddWithValue(tools.Select(tool => tool.Category).ToArray());
        command.Parameters.AddWithValue(tools.Select(tool => tool.Retired).ToArray());
        command.Parameters.AddWithValue(tools.Select(tool => tool.Version).ToArray());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        var (command, connection) = (_command, _connection);
        (_command, _connection) = (null, null);
        _begun.Clear();
        if (command is not null)
            await command.DisposeAsync();
        if (connection is not null)
            await connection.DisposeAsync();
    }

    private async Task<NpgsqlCommand> PrepareAsync(CancellationToken cancellationToken)
    {
        _connection = await source.OpenConnectionAsync(cancellationToken);
        var command = new NpgsqlCommand(
            "select votes.*, current_epoch() from cast_gated_votes($1, $2, $3, $4, $5, $6, $7, $8, $9) votes",
            _connection
        )
        {
            CommandTimeout = 4,
        };
        foreach (
            var type in (NpgsqlDbType[])
                [
                    NpgsqlDbType.Array | NpgsqlDbType.Text,
                    NpgsqlDbType.Bytea,
                    NpgsqlDbType.Bytea,
                    NpgsqlDbType.Bytea,
                    NpgsqlDbType.Array | NpgsqlDbType.Smallint,
                    NpgsqlDbType.Array | NpgsqlDbType.Smallint,
                    NpgsqlDbType.Array | NpgsqlDbType.Bytea,
                    NpgsqlDbType.Array | NpgsqlDbType.Smallint,
                    NpgsqlDbType.Array | NpgsqlDbType.Text,
                ]
        )
            command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type });
        await command.PrepareAsync(cancellationToken);
        return command;
    }

    private static byte[] Guids(int count) => new byte[count * GuidLength];

    private static Committed Read(NpgsqlDataReader row, IReadOnlyList<Cast> batch)
    {
        var (seqs, times, ids) = (row.GetFieldValue<long[]>(0), row.GetFieldValue<long?[]>(1), row.GetFieldValue<long?[]>(2));
        var (marks, salts, states) = (row.GetFieldValue<byte[][]>(3), row.GetFieldValue<byte[]?[]>(4), row.GetFieldValue<short[]>(5));
        var votes = new Vote[batch.Count];
        for (var place = 0; place < votes.Length; place++)
            votes[place] =
                seqs[place] == 0
                    ? Vote.None(batch[place].Tool)
                    : new Vote(
                        batch[place].Tool,
                        batch[place].Choice,
                        seqs[place],
                        Time(times[place]!.Value),
                        ids[place],
                        new Guid(marks[place]),
                        salts[place] is { } salt ? new Guid(salt) : null,
                        new VoteState(states[place])
                    );
        if (row.IsDBNull(6))
            return new Committed(votes, []);

        var (tools, at, epoch) = (row.GetFieldValue<string[]>(6), Time(row.GetInt64(13)), row.GetInt64(14));
        var (ships, skips, versions) = (row.GetFieldValue<long[]>(7), row.GetFieldValue<long[]>(8), row.GetFieldValue<long[]>(12));
        var (helds, voids, networks) = (row.GetFieldValue<long[]>(9), row.GetFieldValue<long[]>(10), row.GetFieldValue<long?[]>(11));
        var moved = new ToolTotals[tools.Length];
        for (var place = 0; place < moved.Length; place++)
            moved[place] = new ToolTotals(
                tools[place],
                ships[place],
                skips[place],
                versions[place],
                at,
                epoch,
                helds[place],
                voids[place],
                networks[place]
            );
        return new Committed(votes, moved);
    }
}
