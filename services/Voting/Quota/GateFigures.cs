using System.Data.Common;
using Voting.Ledger;

namespace Voting.Quota;

/// <param name="Outcome"><see cref="Gate.Refuse"/>: asked for work, and not cast until it is done.</param>
/// <param name="Bound">The one it met, if any.</param>
internal readonly record struct GateFigure(Gate Outcome, Bound Bound, long Votes);

/// <summary>
/// Counts what became of first votes at the gate, by tool and hour, and adds it to the ledger's database: what a tool is used to, and what
/// everybody may know of the gate. Neither networks nor voters. A process that is killed loses its last seconds.
/// </summary>
internal sealed class GateFigures(DbDataSource source, VoteLedger ledger, TimeProvider timeProvider)
{
    private const int HoursKept = 28 * 24;

    // Rows of one statement.
    private const int AtOnce = 100;

    private readonly Lock _gate = new();
    private Dictionary<GateHour, long> _unwritten = [];

    private readonly record struct GateHour(string Tool, long Hour, Gate Outcome, Bound Bound);

    public void Count(string tool, Gate outcome, Bound bound) => Add(new GateHour(tool, Hour(), outcome, bound), 1);

    /// <exception cref="DbException">What was not written is tried again the next time.</exception>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        Dictionary<GateHour, long> counts;
        lock (_gate)
            (counts, _unwritten) = (_unwritten, []);
        foreach (var some in counts.Chunk(AtOnce))
        {
            try
            {
                await WriteAsync(some, cancellationToken);
            }
            catch
            {
                foreach (var (key, votes) in counts)
                    Add(key, votes);
                throw;
            }

            foreach (var (key, _) in some)
                counts.Remove(key);
        }
    }

    public Task ForgetAsync(CancellationToken cancellationToken) =>
        ledger.BesideBatchesAsync(
            () => source.RunAsync("delete from gate_hours where hour < @hour", [("hour", Hour() - HoursKept)], cancellationToken),
            cancellationToken
        );

    /// <returns>First votes cast on a tool in each hour (since 1970) that had any.</returns>
    public async Task<IReadOnlyDictionary<long, long>> HoursAsync(string tool, CancellationToken cancellationToken) =>
        (
            await source.ReadAsync(
                "select hour, cast(sum(votes) as bigint) from gate_hours where tool = @tool and outcome <> 1 group by hour",
                [("tool", tool)],
                row => KeyValuePair.Create(row.GetInt64(0), row.GetInt64(1)),
                cancellationToken
            )
        ).ToDictionary();

    /// <returns>The full hour, UTC, that <see cref="OfDayAsync"/> begins with.</returns>
    public DateTimeOffset DayBegan() => DateTimeOffset.FromUnixTimeSeconds((Hour() - 23) * 3600);

    /// <returns>Of the last 24 hours, all tools together.</returns>
    public Task<List<GateFigure>> OfDayAsync(CancellationToken cancellationToken) =>
        source.ReadAsync(
            "select outcome, bound, cast(sum(votes) as bigint) from gate_hours where hour > @hour group by outcome, bound",
            [("hour", Hour() - 24)],
            row => new GateFigure((Gate)row.GetInt16(0), (Bound)row.GetInt16(1), row.GetInt64(2)),
            cancellationToken
        );

    private Task WriteAsync(KeyValuePair<GateHour, long>[] counts, CancellationToken cancellationToken)
    {
        var rows = string.Join(", ", counts.Select((_, row) => $"(@tool{row}, @hour{row}, @outcome{row}, @bound{row}, @votes{row})"));
        return ledger.BesideBatchesAsync(
            () =>
                source.RunAsync(
                    $"""
                    insert into gate_hours (tool, hour, outcome, bound, votes) values {rows}
                    on conflict (tool, hour, outcome, bound) do update set votes = gate_hours.votes + excluded.votes
                    """,
                    [.. counts.SelectMany((count, row) => Parameters(count.Key, count.Value, row))],
                    cancellationToken
                ),
            cancellationToken
        );
    }

    private static (string, object)[] Parameters(GateHour key, long votes, int row) =>
        [
            ($"tool{row}", key.Tool),
            ($"hour{row}", key.Hour),
            ($"outcome{row}", (short)key.Outcome),
            ($"bound{row}", (short)key.Bound),
            ($"votes{row}", votes),
        ];

    private void Add(GateHour key, long votes)
    {
        lock (_gate)
            _unwritten[key] = _unwritten.GetValueOrDefault(key) + votes;
    }

    private long Hour() => QuotaWindows.Of(timeProvider.GetUtcNow()).Hour;
}
