using System.Data.Common;
using System.Security.Cryptography;
using Voting.Ledger;

namespace Voting.Quota;

/// <summary>A first vote and where it came from.</summary>
/// <param name="Networks">Keyed hashes (<see cref="NetworkHash"/>).</param>
internal sealed record Cohort(string Tool, Guid Mark, byte[] Networks, bool IsNewcomer, DateTimeOffset At);

/// <summary>What the ledger keeps for 48 hours of where first votes came from; PostgreSQL and SQLite read and write it alike.</summary>
internal sealed class CohortStore(DbDataSource source, VoteLedger ledger)
{
    /// <summary>The day's salt; of replicas that begin the day together one wins, and all use its salt.</summary>
    /// <param name="day">Days since 1970.</param>
    public async Task<byte[]> SaltAsync(long day, CancellationToken cancellationToken)
    {
        if (await FindSaltAsync(day, cancellationToken) is { } known)
            return known;
        await ledger.BesideBatchesAsync(
            () =>
                source.RunAsync(
                    "insert into cohort_salts (day, salt) values (@day, @salt) on conflict (day) do nothing",
                    [("day", day), ("salt", RandomNumberGenerator.GetBytes(32))],
                    cancellationToken
                ),
            cancellationToken
        );
        return (await FindSaltAsync(day, cancellationToken))!;
    }

    /// <summary>The ledger's last entry, and the rows of that day so far.</summary>
    /// <param name="dayBegan">UTC.</param>
    public async Task<(long Last, List<Cohort> Cohorts)> OfDayAsync(DateTimeOffset dayBegan, CancellationToken cancellationToken)
    {
        // In this order: what comes between is read a second time and not missed; the follower knows it by its mark.
        var last = await LastAsync(cancellationToken);
        return (
            last,
            await source.ReadAsync(
                "select tool, mark, networks, newcomer, at from cohorts where at >= @began",
                [("began", VoteLedger.Micros(dayBegan))],
                Read,
                cancellationToken
            )
        );
    }

    /// <summary>The rows of the entries after the one given, and the last entry looked at.</summary>
    public async Task<(long Last, List<Cohort> Cohorts)> AfterAsync(long after, CancellationToken cancellationToken)
    {
        var last = await LastAsync(cancellationToken);
        if (last == after)
            return (last, []);
        return (
            last,
            await source.ReadAsync(
                """
                select c.tool, c.mark, c.networks, c.newcomer, c.at from entries e join cohorts c on c.tool = e.tool
                    and c.mark = e.pseudonym
                 where e.id > @after and e.id <= @last and e.seq = 1 and e.kind = 0
                """,
                [("after", after), ("last", last)],
                Read,
                cancellationToken
            )
        );
    }

    /// <summary>Deletes what is older, and the salts of days before it.</summary>
    public Task ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        ledger.BesideBatchesAsync(
            async () =>
            {
                await source.RunAsync("delete from cohorts where at < @before", [("before", VoteLedger.Micros(before))], cancellationToken);
                return await source.RunAsync(
                    "delete from cohort_salts where day < @day",
                    [("day", QuotaWindows.Of(before).Day)],
                    cancellationToken
                );
            },
            cancellationToken
        );

    private async Task<long> LastAsync(CancellationToken cancellationToken) =>
        (await source.ReadAsync("select coalesce(max(id), 0) from entries", [], row => row.GetInt64(0), cancellationToken))[0];

    private async Task<byte[]?> FindSaltAsync(long day, CancellationToken cancellationToken) =>
        (
            await source.ReadAsync(
                "select salt from cohort_salts where day = @day",
                [("day", day)],
                row => row.GetFieldValue<byte[]>(0),
                cancellationToken
            )
        ).FirstOrDefault();

    private static Cohort Read(DbDataReader row) =>
        new(
            row.GetString(0),
            new Guid(row.GetFieldValue<byte[]>(1)),
            row.GetFieldValue<byte[]>(2),
            row.GetBoolean(3),
            VoteLedger.Time(row.GetInt64(4))
        );
}
