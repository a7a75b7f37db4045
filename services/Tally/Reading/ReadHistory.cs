using Contracts;
using Hosting.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Tally.Counters;
using Tally.State;

namespace Tally.Reading;

/// <param name="At">The bucket's end, UTC.</param>
/// <param name="Ship">Voters whose choice was ship then.</param>
/// <param name="Skip">Voters whose choice was skip then.</param>
/// <param name="ShipPercent">Ship of both in percent, one decimal; null when there were no votes then.</param>
public sealed record TallyPoint(DateTime At, long Ship, long Skip, double? ShipPercent);

/// <summary>A tool's tally over time, oldest first; buckets in which nothing changed are left out.</summary>
public sealed record TallyHistory(string Tool, Bucket Bucket, IReadOnlyList<TallyPoint> Points);

/// <summary><c>GET /api/tallies/{tool}/history</c></summary>
internal static class ReadHistory
{
    public static async Task<Results<Ok<TallyHistory>, ProblemHttpResult>> Handle(
        HttpContext context,
        string tool,
        string? bucket,
        Board board,
        ICounters counters,
        TimeProvider timeProvider,
        CancellationToken cancellationToken
    )
    {
        if (BucketOf(bucket) is not { } width)
            return Problems.Of(400, "unknown-bucket", "The bucket is minute, hour or day.");
        if (ReadTallies.NotYet(context, board) is { } refusal)
            return refusal;
        if (board.Find(tool) is not { } line)
            return ReadTallies.Unknown();

        IReadOnlyList<HistoryPoint> kept;
        try
        {
            kept = await counters.ReadHistoryAsync(tool, width, cancellationToken);
        }
        catch (CountersUnavailableException)
        {
            return Problems.Retry(context, 503, "history-away", "The history can't be read now.", 5);
        }

        var oldest = width.Kept() is { } age ? (timeProvider.GetUtcNow() - age).ToUnixTimeSeconds() : 0;
        var points = Overlay(kept, width, line.Newest.Totals)
            .Where(point => point.End >= oldest)
            .Select(point => new TallyPoint(
                DateTimeOffset.FromUnixTimeSeconds(point.End).UtcDateTime,
                point.Ship,
                point.Skip,
                Percent.Of(point.Ship, point.Ship + point.Skip)
            ));
        return TypedResults.Ok(new TallyHistory(tool, width, [.. points]));
    }

    // The ledger is followed a few seconds behind; the bucket of the tool's last change is known exactly from the board.
    private static IEnumerable<HistoryPoint> Overlay(IReadOnlyList<HistoryPoint> kept, Bucket width, Contracts.ToolTotals newest)
    {
        if (newest.At == default || newest.Version == 0)
            return kept;
        var last = new HistoryPoint(width.EndOf(newest.At.ToUnixTimeSeconds()), newest.Ship, newest.Skip);
        return kept.Count > 0 && kept[^1].End > last.End ? kept : kept.Where(point => point.End < last.End).Append(last);
    }

    private static Bucket? BucketOf(string? name) =>
        name switch
        {
            null or "hour" => Bucket.Hour,
            "minute" => Bucket.Minute,
            "day" => Bucket.Day,
            _ => null,
        };
}
