using System.Text;
using Contracts;
using Microsoft.Data.Sqlite;

namespace Voting.Ledger.Sqlite;

/// <summary>
/// The statements of a batch of votes on the writing connection, for as long as it lives: the same steps as <c>cast_marked_votes</c> in
/// PostgreSQL, row by row.
/// </summary>
internal sealed class SqliteBatch(SqliteConnection connection) : IDisposable
{
    private const int GuidLength = 16;

    private readonly SqliteStatement _find = new(
        connection,
        "select pseudonym, choice, seq, at, entry, salt from votes where voter = ? and tool = ?"
    );

    private readonly SqliteStatement _first = new(
        connection,
        "insert into votes (voter, tool, pseudonym, salt, choice, seq, at, entry) values (?, ?, ?, ?, ?, 1, ?, ?)"
    );

    private readonly SqliteStatement _change = new(
        connection,
        "update votes set choice = ?, seq = ?, at = ?, entry = ? where voter = ? and tool = ?"
    );

    private readonly SqliteStatement _last = new(connection, "select coalesce(max(id), 0) from entries");

    private readonly SqliteStatement _append = new(
        connection,
        "insert into entries (id, tool, pseudonym, choice, previous, seq, at) values (?, ?, ?, ?, ?, ?, ?)"
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
        var deltas = new Dictionary<string, TotalsDelta>();
        var id = LastId();
        Span<byte> voter = stackalloc byte[GuidLength];
        // By mark, which is random: the order of entries says nothing of the order of requests.
        foreach (var (place, cast) in batch.Index().OrderBy(cast => cast.Item.Mark.Value))
        {
            var tool = Utf8(cast.Tool);
            cast.Voter.Value.TryWriteBytes(voter);
            var stands = Find(voter, tool, cast.Tool);
            if (stands.Choice == cast.Choice)
            {
                votes[place] = stands;
                continue;
            }

            var mark = stands.Mark ?? cast.Mark.Value;
            id++;
            if (stands.Seq == 0)
                _first.Blob(voter).Text(tool).Id(mark).Id(cast.Mark.Salt).Number((long)cast.Choice).Number(now).Number(id).Run();
            else
                _change.Number((long)cast.Choice).Number(stands.Seq + 1).Number(now).Number(id).Blob(voter).Text(tool).Run();
            Append(id, tool, mark, cast.Choice, stands.Choice, stands.Seq + 1, now);
            var salt = stands.Seq == 0 ? cast.Mark.Salt : stands.Salt;
            votes[place] = new Vote(cast.Tool, cast.Choice, stands.Seq + 1, at, id, mark, salt);
            deltas[cast.Tool] = deltas.GetValueOrDefault(cast.Tool).With(stands.Choice, cast.Choice);
        }

        return new Committed(votes, Move(deltas, now));
    }

    /// <summary>Writes a last entry for each of these votes, in this order, and moves the totals.</summary>
    /// <param name="votes">With the choice that stands and the seq of the entry to write.</param>
    /// <param name="now">Microseconds since 1970, UTC.</param>
    public List<ToolTotals> Withdraw(IReadOnlyList<(string Tool, Guid Mark, Choice Previous, long Seq)> votes, long now)
    {
        var deltas = new Dictionary<string, TotalsDelta>();
        var id = LastId();
        foreach (var (tool, mark, previous, seq) in votes)
        {
            Append(++id, Utf8(tool), mark, Choice.Withdrawn, previous, seq, now);
            deltas[tool] = deltas.GetValueOrDefault(tool).With(previous, Choice.Withdrawn);
        }

        return Move(deltas, now);
    }

    /// <returns>Where the touched totals stand now.</returns>
    private List<ToolTotals> Move(Dictionary<string, TotalsDelta> deltas, long now)
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
        foreach (var statement in (SqliteStatement[])[_find, _first, _change, _last, _append, _stand, _begin, _move, _epoch])
            statement.Dispose();
    }

    private void Append(long id, ReadOnlySpan<byte> tool, Guid mark, Choice choice, Choice previous, long seq, long now) =>
        _append.Number(id).Text(tool).Id(mark).Number((long)choice).Number((long)previous).Number(seq).Number(now).Run();

    private long LastId()
    {
        _last.Find();
        var id = _last.Number(0);
        _last.Done();
        return id;
    }

    private Vote Find(ReadOnlySpan<byte> voter, ReadOnlySpan<byte> tool, string slug)
    {
        var found = Vote.None(slug);
        if (_find.Blob(voter).Text(tool).Find())
            found = new Vote(
                slug,
                (Choice)_find.Number(1),
                _find.Number(2),
                VoteLedger.Time(_find.Number(3)),
                _find.Number(4) is > 0 and var entry ? entry : null,
                new Guid(_find.Blob(0)),
                _find.Blob(5) is { Length: GuidLength } salt ? new Guid(salt) : null
            );
        _find.Done();
        return found;
    }

    private byte[] Utf8(string tool) => _tools.TryGetValue(tool, out var bytes) ? bytes : _tools[tool] = Encoding.UTF8.GetBytes(tool);
}
