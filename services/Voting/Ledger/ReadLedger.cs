using System.Data.Common;
using Hosting;

namespace Voting.Ledger;

/// <summary>The ledger in public: all of it, in order, without anything personal, so that anyone can recount.</summary>
public static class ReadLedger
{
    private const int MaxLimit = 10_000;

    /// <param name="Voter">A pseudonym that is random for each voter and tool: one voter's votes on two tools can't be linked.</param>
    /// <param name="Choice">The choice from now on: <c>ship</c>, <c>skip</c>, or null when withdrawn.</param>
    /// <param name="Previous">The choice until now. An entry is thus a whole change, and totals are the sum of all changes.</param>
    public sealed record EntryAnswer(long Id, string Tool, string Voter, string? Choice, string? Previous, long Seq, DateTimeOffset At);

    /// <param name="Entries">At most <c>limit</c>, ids rising by one.</param>
    /// <param name="Next">Give it as <c>after</c> to read on; equal to the <c>after</c> asked for when nothing was new.</param>
    public sealed record Page(IReadOnlyList<EntryAnswer> Entries, long Next);

    public sealed record TotalsAnswer(string Tool, long Ship, long Skip, long Version);

    public static async Task<IResult> EntriesAsync(HttpContext context, VoteLedger ledger, long after = 0, int limit = 1000)
    {
        if (after < 0 || limit < 1)
            return Problems.Of(400, "malformed-request", "'after' must be 0 or more and 'limit' 1 or more.");
        try
        {
            var entries = await ledger.EntriesAsync(after, Math.Min(limit, MaxLimit), context.RequestAborted);
            var answers = entries.ConvertAll(entry => new EntryAnswer(
                entry.Id, entry.Tool, entry.Pseudonym.ToString("N"), entry.Choice.Word(), entry.Previous.Word(), entry.Seq, entry.At));
            context.Response.Headers.CacheControl = "no-cache";
            return TypedResults.Json(new Page(answers, entries is [.., var last] ? last.Id : after), VotingJson.Default.Page);
        }
        catch (DbException)
        {
            return Votes.Refused.LedgerUnavailable(context);
        }
    }

    public static async Task<IResult> TotalsAsync(HttpContext context, VoteLedger ledger)
    {
        try
        {
            var totals = await ledger.TotalsAsync(context.RequestAborted);
            context.Response.Headers.CacheControl = "no-cache";
            return TypedResults.Json(totals.ConvertAll(total => new TotalsAnswer(total.Tool, total.Ship, total.Skip, total.Version)), VotingJson.Default.ListTotalsAnswer);
        }
        catch (DbException)
        {
            return Votes.Refused.LedgerUnavailable(context);
        }
    }
}
