using Voting.PublicLedger;
using Voting.Votes;

namespace Voting;

/// <summary>What the API's description shows. Typed, so that an example can't differ from what the API answers.</summary>
internal static class ApiExamples
{
    private const string Mark = "mR2fQ0pXb8y1tKq5vZcJ4w";
    private static readonly DateTimeOffset At = new(2026, 11, 27, 10, 4, 0, TimeSpan.Zero);

    public static readonly VoteAnswer Vote = new("cursor-2-0", "ship", 3, At, "counted", Index: 1041, Mark: Mark);

    public static readonly ReadLedger.Page LedgerPage = new(
        [new ReadLedger.EntryAnswer(1042, "cursor-2-0", Mark, "ship", "skip", 3, At, "vote", true, null, null, null)],
        1042
    );
}
