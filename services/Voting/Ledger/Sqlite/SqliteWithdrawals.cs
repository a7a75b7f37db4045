using System.Security.Cryptography;
using System.Text;
using Contracts;
using Microsoft.Data.Sqlite;

namespace Voting.Ledger.Sqlite;

/// <summary>
/// The statements of erasure on the writing connection: the same steps as <c>erase_voters</c> and <c>withdraw_due</c> in PostgreSQL. The
/// caller holds the transaction.
/// </summary>
internal sealed class SqliteWithdrawals(SqliteConnection connection, SqliteBatch batch) : IDisposable
{
    private readonly SqliteStatement _rows = new(connection, "select tool, pseudonym, choice, seq, state from votes where voter = ?");
    private readonly SqliteStatement _erase = new(connection, "delete from votes where voter = ?");

    private readonly SqliteStatement _cohorts = new(
        connection,
        "delete from cohorts where (tool, mark) in (select tool, pseudonym from votes where voter = ?)"
    );

    private readonly SqliteStatement _await = new(
        connection,
        "insert into due_withdrawals (mark, tool, choice, seq, state, due_at) values (?, ?, ?, ?, ?, ?)"
    );

    private readonly SqliteStatement _any = new(connection, "select 1 from due_withdrawals where due_at <= ? limit 1");

    private readonly SqliteStatement _due = new(
        connection,
        "select tool, mark, choice, seq, state, due_at from due_withdrawals where due_at <= ? order by due_at limit ?"
    );

    private readonly SqliteStatement _done = new(connection, "delete from due_withdrawals where mark = ? and tool = ?");
    private readonly SqliteStatement _empty = new(connection, "delete from due_withdrawals");

    private sealed record Row(string Tool, Guid Mark, Choice Choice, long Seq, VoteState State, long DueAt);

    /// <returns>True when there were votes, be they withdrawn already: what they said still stands in the write-ahead log.</returns>
    public bool Forget(IReadOnlyList<HashedVoter> voters, long now, TimeSpan spread)
    {
        var found = new List<Row>();
        Span<byte> key = stackalloc byte[16];
        foreach (var voter in voters)
        {
            voter.Value.TryWriteBytes(key);
            found.AddRange(Read(_rows.Blob(key), due: false));
            _cohorts.Blob(key).Run();
            _erase.Blob(key).Run();
        }

        var micros = spread.Ticks / TimeSpan.TicksPerMicrosecond;
        Await(
            found
                .Where(vote => vote.Choice is not Choice.Withdrawn)
                .Select(vote => vote with { Seq = vote.Seq + 1, DueAt = now + (micros == 0 ? 0 : MomentWithin(micros)) })
        );
        return found.Count > 0;
    }

    public bool AnyDue(long now)
    {
        var any = _any.Number(now).Find();
        _any.Done();
        return any;
    }

    /// <returns>Where the touched totals stand now.</returns>
    public IReadOnlyList<ToolTotals> WithdrawDue(long now, int most)
    {
        var due = Read(_due.Number(now).Number((long)most), due: true);
        foreach (var vote in due)
            _done.Id(vote.Mark).Text(Utf8(vote.Tool)).Run();
        // By mark, which is random.
        var shuffled = due.OrderBy(vote => vote.Mark).Select(vote => (vote.Tool, vote.Mark, vote.Choice, vote.Seq, vote.State));
        return batch.Withdraw([.. shuffled], now);
    }

    /// <summary>A page keeps its rows in the order they came; written anew, in the order of their marks.</summary>
    public void Shuffle()
    {
        var every = Read(_due.Number(long.MaxValue).Number((long)int.MaxValue), due: true);
        if (every.Count == 0)
            return;
        _empty.Run();
        Await(every);
    }

    public void Dispose()
    {
        foreach (var statement in (SqliteStatement[])[_rows, _erase, _cohorts, _await, _any, _due, _done, _empty])
            statement.Dispose();
    }

    private void Await(IEnumerable<Row> votes)
    {
        foreach (var vote in votes.OrderBy(vote => vote.Mark))
            _await
                .Id(vote.Mark)
                .Text(Utf8(vote.Tool))
                .Number((long)vote.Choice)
                .Number(vote.Seq)
                .Number((long)vote.State.Value)
                .Number(vote.DueAt)
                .Run();
    }

    private static List<Row> Read(SqliteStatement rows, bool due)
    {
        var all = new List<Row>();
        while (rows.Find())
            all.Add(
                new Row(
                    Encoding.UTF8.GetString(rows.Blob(0)),
                    new Guid(rows.Blob(1)),
                    (Choice)rows.Number(2),
                    rows.Number(3),
                    new VoteState((short)rows.Number(4)),
                    due ? rows.Number(5) : 0
                )
            );
        rows.Done();
        return all;
    }

    private static long MomentWithin(long micros) => (long)(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) % (ulong)micros);

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
