using System.Security.Cryptography;
using System.Text;
using Contracts;
using Microsoft.Data.Sqlite;

namespace Voting.Ledger.Sqlite;

/// <summary>
/// The statements of a batch of votes on the writing connection, for as long as it lives: the same steps as <c>cast_hashed_votes</c> in
/// PostgreSQL, row by row.
/// </summary>
internal sealed class SqliteBatch(SqliteConnection connection) : IDisposable
{
    private const int GuidLength = 16;

    private readonly SqliteStatement _find = new(connection, "select pseudonym, choice, seq, at from votes where voter = ? and tool = ?");

    private readonly SqliteStatement _first = new(
        connection,
        "insert into votes (voter, tool, pseudonym, choice, seq, at) values (?, ?, ?, ?, 1, ?)"
    );

    private readonly SqliteStatement _change = new(connection, "update votes set choice = ?, seq = ?, at = ? where voter = ? and tool = ?");

    // Without an explicit id SQLite takes the highest plus one: consecutive, since entries are never deleted.
    private readonly SqliteStatement _append = new(
        connection,
        "insert into entries (tool, pseudonym, choice, previous, seq, at) values (?, ?, ?, ?, ?, ?)"
    );

    private readonly SqliteStatement _stand = new(connection, "select ship, skip, version from totals where tool = ?");

    private readonly SqliteStatement _begin = new(connection, "insert into totals (ship, skip, version, at, tool) values (?, ?, ?, ?, ?)");

    // Without "returning": for what that answers SQLite opens and closes a table of its own each time.
    private readonly SqliteStatement _move = new(connection, "update totals set ship = ?, skip = ?, version = ?, at = ? where tool = ?");

    private readonly SqliteStatement _epoch = new(connection, "select epoch from ledger_epoch");

    // As UTF-8, once for each tool: tools are few.
    private readonly Dictionary<string, byte[]> _tools = [];

    /// <summary>Writes the votes and moves the totals; the caller holds the transaction.</summary>
    /// <param name="batch">A (voter, tool) pair may stand in it once.</param>
    /// <param name="now">Microseconds since 1970, UTC.</param>
    public Committed Write(IReadOnlyList<Cast> batch, long now)
    {
        var at = VoteLedger.Time(now);
        var votes = new Vote[batch.Count];
        var deltas = new Dictionary<string, Delta>();
        Span<byte> voter = stackalloc byte[GuidLength];
        Span<byte> pseudonym = stackalloc byte[GuidLength];
        for (var place = 0; place < batch.Count; place++)
        {
            var cast = batch[place];
            var tool = Utf8(cast.Tool);
            cast.Voter.Value.TryWriteBytes(voter);
            var (previous, seq, since) = Find(voter, tool, pseudonym);
            if (previous == cast.Choice)
            {
                votes[place] = seq == 0 ? Vote.None(cast.Tool) : new Vote(cast.Tool, previous, seq, VoteLedger.Time(since));
                continue;
            }

            if (seq == 0)
            {
                RandomNumberGenerator.Fill(pseudonym);
                _first.Blob(voter).Text(tool).Blob(pseudonym).Number((long)cast.Choice).Number(now).Run();
            }
            else
            {
                _change.Number((long)cast.Choice).Number(seq + 1).Number(now).Blob(voter).Text(tool).Run();
            }

            _append.Text(tool).Blob(pseudonym).Number((long)cast.Choice).Number((long)previous).Number(seq + 1).Number(now).Run();
            votes[place] = new Vote(cast.Tool, cast.Choice, seq + 1, at);
            deltas[cast.Tool] = deltas.GetValueOrDefault(cast.Tool).With(previous, cast.Choice);
        }

        return new Committed(votes, Move(deltas, now));
    }

    /// <returns>Where the touched totals stand now.</returns>
    public List<ToolTotals> Move(Dictionary<string, Delta> deltas, long now)
    {
        var at = VoteLedger.Time(now);
        var moved = new List<ToolTotals>(deltas.Count);
        if (deltas.Count == 0)
            return moved;
        _epoch.Find();
        var epoch = _epoch.Number(0);
        _epoch.Done();
        foreach (var (name, delta) in deltas)
        {
            var tool = Utf8(name);
            var known = _stand.Text(tool).Find();
            var (ship, skip, version) = known ? (_stand.Number(0), _stand.Number(1), _stand.Number(2)) : default;
            _stand.Done();
            var total = new ToolTotals(name, ship + delta.Ship, skip + delta.Skip, version + delta.Changes, at, epoch);
            (known ? _move : _begin).Number(total.Ship).Number(total.Skip).Number(total.Version).Number(now).Text(tool).Run();
            moved.Add(total);
        }

        return moved;
    }

    public void Dispose()
    {
        foreach (var statement in (SqliteStatement[])[_find, _first, _change, _append, _stand, _begin, _move, _epoch])
            statement.Dispose();
    }

    private (Choice Previous, long Seq, long At) Find(ReadOnlySpan<byte> voter, ReadOnlySpan<byte> tool, Span<byte> pseudonym)
    {
        var found = (Choice.Withdrawn, 0L, 0L);
        if (_find.Blob(voter).Text(tool).Find())
        {
            _find.Blob(0).CopyTo(pseudonym);
            found = ((Choice)_find.Number(1), _find.Number(2), _find.Number(3));
        }

        _find.Done();
        return found;
    }

    private byte[] Utf8(string tool) => _tools.TryGetValue(tool, out var bytes) ? bytes : _tools[tool] = Encoding.UTF8.GetBytes(tool);

    /// <summary>What a batch does to a tool's totals.</summary>
    public readonly record struct Delta(long Ship, long Skip, long Changes)
    {
        public Delta With(Choice previous, Choice choice) =>
            new(
                Ship + (choice is Choice.Ship ? 1 : 0) - (previous is Choice.Ship ? 1 : 0),
                Skip + (choice is Choice.Skip ? 1 : 0) - (previous is Choice.Skip ? 1 : 0),
                Changes + 1
            );
    }
}
