using System.Data;
using Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Voting.Ledger;

/// <summary>The ledger in PostgreSQL; <c>cast_votes</c> in the schema holds the transaction, and the reasons for its order.</summary>
public sealed class PostgresLedger(NpgsqlDataSource source) : VoteLedger(source), IAsyncDisposable
{
    // The committing loop's own connection: kept open so that the statement stays prepared. Only that loop touches it.
    private NpgsqlConnection? _connection;
    private NpgsqlCommand? _command;

    public override async Task<Committed> CommitAsync(IReadOnlyList<Cast> batch, CancellationToken stop)
    {
        try
        {
            var command = _command ??= await PrepareAsync(stop);
            command.Parameters[0].Value = batch.Select(cast => cast.Tool).ToArray();
            command.Parameters[1].Value = batch.Select(cast => cast.Voter.ToByteArray()).ToArray();
            command.Parameters[2].Value = batch.Select(_ => Guid.NewGuid().ToByteArray()).ToArray();
            command.Parameters[3].Value = batch.Select(cast => (short)cast.Choice).ToArray();

            var votes = new Vote?[batch.Count];
            var moved = new List<ToolTotals>();
            await using var rows = await command.ExecuteReaderAsync(CommandBehavior.SingleResult, stop);
            while (await rows.ReadAsync(stop))
            {
                var tool = rows.GetString(1);
                if (rows.IsDBNull(0))
                    moved.Add(new ToolTotals(tool, rows.GetInt64(4), rows.GetInt64(5), rows.GetInt64(3), Time(rows.GetInt64(6))));
                else
                    votes[rows.GetInt64(0) - 1] = new Vote(tool, (Choice)rows.GetInt16(2), rows.GetInt64(3), Time(rows.GetInt64(6)));
            }

            return new Committed(votes.Select((vote, place) => vote ?? Vote.None(batch[place].Tool)).ToArray(), moved);
        }
        catch
        {
            // Whatever happened to this connection, the next batch begins on a fresh one.
            await DisposeAsync();
            throw;
        }
    }

    public override async Task<IReadOnlyList<ToolTotals>> ForgetAsync(IReadOnlyList<Guid> voters, CancellationToken stop)
    {
        // Rare, hence a connection of the pool and no prepared statement.
        await using var command = source.CreateCommand("select tool, ship, skip, version, at from forget_voters($1)");
        command.CommandTimeout = 4;
        command.Parameters.AddWithValue(voters.Select(voter => voter.ToByteArray()).ToArray());
        var moved = new List<ToolTotals>();
        await using var rows = await command.ExecuteReaderAsync(CommandBehavior.SingleResult, stop);
        while (await rows.ReadAsync(stop))
            moved.Add(new ToolTotals(rows.GetString(0), rows.GetInt64(1), rows.GetInt64(2), rows.GetInt64(3), Time(rows.GetInt64(4))));
        return moved;
    }

    public override async Task MarkPublishedAsync(IReadOnlyList<ToolTotals> totals, CancellationToken stop)
    {
        await using var command = source.CreateCommand("select mark_published($1, $2)");
        command.CommandTimeout = 5;
        command.Parameters.AddWithValue(totals.Select(total => total.Tool).ToArray());
        command.Parameters.AddWithValue(totals.Select(total => total.Version).ToArray());
        await command.ExecuteNonQueryAsync(stop);
    }

    public override async Task KeepToolsAsync(IReadOnlyList<ToolState> tools, CancellationToken stop)
    {
        await using var command = source.CreateCommand(
            """
            insert into tools as t (slug, name, category, retired, version)
            select * from (select distinct on (slug) * from unnest($1, $2, $3, $4, $5) as n(slug, name, category, retired, version) order by slug, version desc) n
            on conflict (slug) do update set name = excluded.name, category = excluded.category, retired = excluded.retired, version = excluded.version
             where t.version < excluded.version
            """);
        command.CommandTimeout = 5;
        command.Parameters.AddWithValue(tools.Select(tool => tool.Slug).ToArray());
        command.Parameters.AddWithValue(tools.Select(tool => tool.Name).ToArray());
        command.Parameters.AddWithValue(tools.Select(tool => tool.Category).ToArray());
        command.Parameters.AddWithValue(tools.Select(tool => tool.Retired).ToArray());
        command.Parameters.AddWithValue(tools.Select(tool => tool.Version).ToArray());
        await command.ExecuteNonQueryAsync(stop);
    }

    public async ValueTask DisposeAsync()
    {
        var (command, connection) = (_command, _connection);
        (_command, _connection) = (null, null);
        if (command is not null)
            await command.DisposeAsync();
        if (connection is not null)
            await connection.DisposeAsync();
    }

    private async Task<NpgsqlCommand> PrepareAsync(CancellationToken stop)
    {
        _connection = await source.OpenConnectionAsync(stop);
        var command = new NpgsqlCommand("select * from cast_votes($1, $2, $3, $4)", _connection) { CommandTimeout = 4 };
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Smallint });
        await command.PrepareAsync(stop);
        return command;
    }
}
