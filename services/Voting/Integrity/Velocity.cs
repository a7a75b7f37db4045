using Voting.Quota;

namespace Voting.Integrity;

/// <summary>
/// Whether far more first votes come than the tool ever had in an hour. That is what a front page elsewhere looks like, too, so it holds
/// nothing: somebody should know and look.
/// </summary>
internal static class Velocity
{
    private const int Fewest = 200;

    // So much more than the busiest hour of four weeks is no busy day.
    private const int Times = 4;
    private const int HoursShown = 24;

    /// <param name="votes">Of one tool, cast within 48 hours.</param>
    /// <returns>True while such an hour is within the last day.</returns>
    public static bool IsSurge(IReadOnlyList<FirstVote> votes, ToolPast past, DateTimeOffset now) =>
        votes
            .CountBy(vote => QuotaWindows.Of(vote.At).Hour)
            .Any(hour =>
                hour.Value >= Fewest && hour.Key > QuotaWindows.Of(now).Hour - HoursShown && hour.Value > Usual(hour.Key, hour.Value, past)
            );

    // Of a tool without a history, nothing is known but how many votes it had before.
    private static long Usual(long hour, long votes, ToolPast past)
    {
        var before = past.Hours.Where(known => known.Key < hour).Select(known => known.Value).ToList();
        return before.Count > 0 ? Times * before.Max() : past.Counted.Total - votes;
    }
}
