using System.Text;
using Contracts;
using Microsoft.Data.Sqlite;

namespace Voting.Ledger.Sqlite;

/// <summary>
/// The statements of a batch of votes on the writing connection, for as long as it lives: the same steps as <c>cast_gated_votes</c> in
/// PostgreSQL, row by row.
/// </summary>
internal sealed class SqliteBatch(SqliteConnection connection) : IDisposable
{
    private const int GuidLength = 16;

    private readonly SqliteStatement _find = new(
        connection,
        "select pseudonym, choice, seq, at, entry, salt, state from votes where voter = ? and tool = ?"
    );

    private readonly SqliteStatement _first = new(
        connection,
        "insert into votes (voter, tool, pseudonym, salt, choice, seq, at, entry, state) values (?, ?, ?, ?, ?, 1, ?, ?, ?)"
    );

    private readonly SqliteStatement _change = new(
        connection,
        "update votes set choice = ?, seq = ?, at = ?, entry = ? where voter = ? and tool = ?"
    );

    private readonly SqliteStatement _last = new(connection, "select coalesce(max(id), 0) from entries");

    private readonly SqliteStatement _append = new(
        connection,
        "insert into entries (id, tool, pseudonym, choice, previous, seq, at, kind) values (?, ?, ?, ?, ?, ?, ?, ?)"
    );

    private readonly SqliteStatement _explain = new(
        connection,
        "insert into moderated (entry, vote, reason, moderation) values (?, ?, ?, nullif(?, 0))"
    );

    private readonly SqliteStatement _keep = new(
        connection,
        "insert into cohorts (tool, mark, voter, networks, sleeper, newcomer, at) values (?, ?, ?, ?, ?, ?, ?)"
    );

    private readonly SqliteStatement _stand = new(
        connection,
        "select ship, skip, held, void, version, coalesce(networks, -1) from totals where tool = ?"
    );

    private readonly SqliteStatement _begin = new(
        connection,
        "insert into totals (ship, skip, held, void, version, networks, at, tool) values (?, ?, ?, ?, ?, nullif(?, -1), ?, ?)"
    );

    // Without "returning": for what that answers SQLite opens and closes a table of its own each time.
    private readonly SqliteStatement _move = new(
        connection,
        "update totals set ship = ?, skip = ?, held = ?, void = ?, version = ?, networks = nullif(?, -1), at = ? where tool = ?"
    );

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
            var admission = cast.Admission;
            var isFirst = stands.Seq == 0;
            if (stands.Choice == cast.Choice || isFirst && admission.Gate is Gate.Refuse)
            {
                votes[place] = stands;
                continue;
            }

            var mark = stands.Mark ?? cast.Mark.Value;
            id++;
            var isHeld = isFirst && admission.Gate is Gate.Hold;
            var state = isHeld ? VoteState.Held(Reason.CrowdedNetwork) : stands.State;
            if (isFirst)
            {
                _first.Blob(voter).Text(tool).Id(mark).Id(cast.Mark.Salt).Number((long)cast.Choice).Number(now).Number(id);
                _first.Number((long)state.Value).Run();
                Keep(voter, tool, mark, admission, now);
            }
            else
            {
                _change.Number((long)cast.Choice).Number(stands.Seq + 1).Number(now).Number(id).Blob(voter).Text(tool).Run();
            }

            Append(id, tool, mark, cast.Choice, stands.Choice, stands.Seq + 1, now, stands.State);
            var delta = deltas.GetValueOrDefault(cast.Tool).With(stands.Choice, cast.Choice, stands.State);
            if (isHeld)
            {
                _append.Number(id + 1).Text(tool).Id(mark).Number(0L).Number((long)cast.Choice).Number(1L).Number(now);
                _append.Number((long)EntryKind.Hold).Run();
                _explain.Number(id + 1).Number(id).Number((long)Reason.CrowdedNetwork).Number(0L).Run();
                delta = delta.With(cast.Choice, stands.State, state);
            }
            else if (isFirst && admission.Flags.HasFlag(AdmissionFlags.NewNetwork))
            {
                delta = delta with { Networks = delta.Networks + 1 };
            }

            deltas[cast.Tool] = delta;
            var salt = stands.Seq == 0 ? cast.Mark.Salt : stands.Salt;
            votes[place] = new Vote(cast.Tool, cast.Choice, stands.Seq + 1, at, id, mark, salt, state);
            id += isHeld ? 1 : 0;
        }

        return new Committed(votes, Move(deltas, now));
    }

    /// <summary>Writes a last entry for each of these votes, in this order, and moves the totals.</summary>
    /// <param name="votes">With the choice that stands and the seq of the entry to write.</param>
    /// <param name="now">Microseconds since 1970, UTC.</param>
    public List<ToolTotals> Withdraw(IReadOnlyList<(string Tool, Guid Mark, Choice Previous, long Seq, VoteState State)> votes, long now)
    {
        var deltas = new Dictionary<string, TotalsDelta>();
        var id = LastId();
        foreach (var (tool, mark, previous, seq, state) in votes)
        {
            Append(++id, Utf8(tool), mark, Choice.Withdrawn, previous, seq, now, state);
            deltas[tool] = deltas.GetValueOrDefault(tool).With(previous, Choice.Withdrawn, state);
        }

        return Move(deltas, now);
    }

    /// <summary>Writes the entry that holds, releases or voids a vote.</summary>
    /// <param name="after">The vote's state from now on.</param>
    /// <param name="moderation">The id of what it belongs to.</param>
    public void Decide(ReadOnlySpan<byte> tool, Vote vote, VoteState after, Moderation decision, long moderation, long now)
    {
        var id = LastId() + 1;
        _append.Number(id).Text(tool).Id(vote.Mark!.Value).Number((long)(after.IsCounted ? vote.Choice : Choice.Withdrawn));
        _append.Number((long)(vote.State.IsCounted ? vote.Choice : Choice.Withdrawn)).Number(vote.Seq).Number(now);
        _append.Number((long)decision.Kind).Run();
        _explain.Number(id).Number(vote.Entry ?? 0).Number((long)decision.Reason).Number(moderation).Run();
    }

    /// <returns>Where the touched totals stand now.</returns>
    public List<ToolTotals> Move(Dictionary<string, TotalsDelta> deltas, long now)
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
            var stands = known ? Read(name, at, epoch) : new ToolTotals(name, 0, 0, 0, at, epoch, Networks: 0);
            _stand.Done();
            var total = stands with
            {
                Ship = stands.Ship + delta.Ship,
                Skip = stands.Skip + delta.Skip,
                Held = stands.Held + delta.Held,
                Void = stands.Void + delta.Void,
                Version = stands.Version + delta.Changes,
                Networks = stands.Networks + delta.Networks,
            };
            var write = known ? _move : _begin;
            write.Number(total.Ship).Number(total.Skip).Number(total.Held).Number(total.Void).Number(total.Version);
            write.Number(total.Networks ?? -1).Number(now).Text(tool).Run();
            moved.Add(total);
        }

        return moved;
    }

    public void Dispose()
    {
        foreach (
            var statement in (SqliteStatement[])[_find, _first, _change, _last, _append, _explain, _keep, _stand, _begin, _move, _epoch]
        )
            statement.Dispose();
    }

    private void Append(long id, ReadOnlySpan<byte> tool, Guid mark, Choice choice, Choice previous, long seq, long now, VoteState state) =>
        _append
            .Number(id)
            .Text(tool)
            .Id(mark)
            .Number((long)choice)
            .Number((long)previous)
            .Number(seq)
            .Number(now)
            .Number((long)(state.IsCounted ? EntryKind.Vote : EntryKind.VoteNotCounted))
            .Run();

    private ToolTotals Read(string tool, DateTimeOffset at, long epoch) =>
        new(
            tool,
            _stand.Number(0),
            _stand.Number(1),
            _stand.Number(4),
            at,
            epoch,
            _stand.Number(2),
            _stand.Number(3),
            _stand.Number(5) is >= 0 and var networks ? networks : null
        );

    private void Keep(ReadOnlySpan<byte> voter, ReadOnlySpan<byte> tool, Guid mark, Admission admission, long now)
    {
        if (admission.Networks is not { } networks)
            return;
        _keep.Text(tool).Id(mark).Blob(voter).Blob(networks);
        _keep.Number(admission.Flags.HasFlag(AdmissionFlags.Sleeper) ? 1L : 0L);
        _keep.Number(admission.Flags.HasFlag(AdmissionFlags.Newcomer) ? 1L : 0L).Number(now).Run();
    }

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
                _find.Blob(5) is { Length: GuidLength } salt ? new Guid(salt) : null,
                new VoteState((short)_find.Number(6))
            );
        _find.Done();
        return found;
    }

    private byte[] Utf8(string tool) => _tools.TryGetValue(tool, out var bytes) ? bytes : _tools[tool] = Encoding.UTF8.GetBytes(tool);
}
