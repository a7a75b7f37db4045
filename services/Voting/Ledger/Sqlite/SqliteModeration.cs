using Microsoft.Data.Sqlite;

namespace Voting.Ledger.Sqlite;

/// <summary>Holds, releases and voids votes: the same steps as <c>moderate_votes</c> in PostgreSQL, row by row.</summary>
internal sealed class SqliteModeration(SqliteConnection connection, SqliteBatch batch) : IDisposable
{
    private readonly SqliteStatement _find = new(
        connection,
        "select pseudonym, choice, seq, coalesce(entry, 0), state from votes where voter = ? and tool = ?"
    );

    private readonly SqliteStatement _change = new(connection, "update votes set state = ? where voter = ? and tool = ?");

    private readonly SqliteStatement _last = new(connection, "select coalesce(max(id), 0) from moderations");

    private readonly SqliteStatement _record = new(
        connection,
        "insert into moderations (id, tool, kind, reason, moderator, note, votes, ship, skip, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    );

    /// <summary>Writes the entries and moves the totals; the caller holds the transaction.</summary>
    /// <param name="now">Microseconds since 1970, UTC.</param>
    public Moderated Write(Moderation moderation, long now)
    {
        var tool = System.Text.Encoding.UTF8.GetBytes(moderation.Tool);
        var due = Due(moderation, tool);
        if (due.Count == 0)
            return new Moderated(0, null);
        _last.Find();
        var id = _last.Number(0) + 1;
        _last.Done();
        var delta = default(TotalsDelta);
        // By mark, which is random: the order of entries says nothing of the voters.
        foreach (var (voter, vote) in due.OrderBy(due => due.Vote.Mark))
        {
            var state = After(moderation);
            _change.Number((long)state.Value).Id(voter.Value).Text(tool).Run();
            batch.Decide(tool, vote, state, moderation, id, now);
            delta = delta.With(vote.Choice, vote.State, state);
        }

        var moved = batch.Move(new Dictionary<string, TotalsDelta> { [moderation.Tool] = delta }, now);
        _record.Number(id).Text(tool).Number((long)moderation.Kind).Number((long)moderation.Reason);
        _record.Text(System.Text.Encoding.UTF8.GetBytes(moderation.Moderator)).Text(System.Text.Encoding.UTF8.GetBytes(moderation.Note));
        _record.Number((long)due.Count).Number(delta.Ship).Number(delta.Skip).Number(now).Run();
        return new Moderated(due.Count, moved[0]);
    }

    public void Dispose()
    {
        foreach (var statement in (SqliteStatement[])[_find, _change, _last, _record])
            statement.Dispose();
    }

    private List<(HashedVoter Voter, Vote Vote)> Due(Moderation moderation, byte[] tool)
    {
        var due = new List<(HashedVoter, Vote)>();
        foreach (var voter in moderation.Voters.Distinct())
        {
            if (_find.Id(voter.Value).Text(tool).Find())
            {
                var state = new VoteState((short)_find.Number(4));
                if (Allows(moderation.Kind, state))
                    due.Add((voter, Read(moderation.Tool, state)));
            }

            _find.Done();
        }

        return due;
    }

    private Vote Read(string tool, VoteState state) =>
        new(tool, (Choice)_find.Number(1), _find.Number(2), null, _find.Number(3), new Guid(_find.Blob(0)), null, state);

    private static bool Allows(EntryKind kind, VoteState state) =>
        kind switch
        {
            EntryKind.Hold => state.IsCounted,
            EntryKind.Release => state.IsHeld,
            _ => !state.IsVoid,
        };

    private static VoteState After(Moderation moderation) =>
        moderation.Kind switch
        {
            EntryKind.Hold => VoteState.Held(moderation.Reason),
            EntryKind.Release => default,
            _ => VoteState.Void(moderation.Reason),
        };
}
