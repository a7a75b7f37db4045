using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Contracts;
using Contracts.Log;
using Hosting.Description;
using Hosting.Http;
using Voting.Integrity;
using Voting.Ledger;

namespace Voting.PublicLedger;

/// <summary>The ledger in public: all of it, in order, without anything personal, so that anyone can recount.</summary>
public static class ReadLedger
{
    private const int MaxLimit = 10_000;
    private const int MaxMinutesLimit = 50_000;

    /// <param name="Voter">A pseudonym that is random for each voter and tool: one voter's votes on two tools can't be linked.</param>
    /// <param name="Choice">The choice from now on: <c>ship</c>, <c>skip</c>, or null when withdrawn.</param>
    /// <param name="Previous">The choice until now. An entry is thus a whole change, and totals are the sum of all changes.</param>
    /// <param name="Kind"><c>vote</c>, or <c>hold</c>, <c>release</c>, <c>void</c>: what was decided on that mark's vote. Until the next of
    /// these, later votes of the mark are in the same state. <c>key</c> is about no vote and no tool: the public log has a new key.</param>
    /// <param name="Counted">False for a key, and for a vote of a mark that is held or void: they move no total. Totals are the sum of all
    /// others, those of the other kinds included: a hold goes from the choice to null, a release back.</param>
    /// <param name="Reason">Why, for the other kinds.</param>
    /// <param name="Moderator">Who decided, for the other kinds; <c>rule</c> for a rule.</param>
    /// <param name="Key">The public log's new key, as verifiers write it; only for the kind <c>key</c>.</param>
    [SchemaName("LedgerEntry")]
    public sealed record EntryAnswer(
        long Id,
        string Tool,
        string Voter,
        [property: AllowedValues("ship", "skip", null)] string? Choice,
        [property: AllowedValues("ship", "skip", null)] string? Previous,
        long Seq,
        DateTimeOffset At,
        [property: AllowedValues("vote", "hold", "release", "void", "key")] string Kind,
        bool Counted,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Moderator,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Key
    );

    /// <param name="Entries">At most <c>limit</c>, ids rising by one.</param>
    /// <param name="Next">Give it as <c>after</c> to read on; equal to the <c>after</c> asked for when nothing was new.</param>
    [SchemaName("LedgerPage")]
    public sealed record Page(IReadOnlyList<EntryAnswer> Entries, long Next);

    /// <summary>What became of a tool within a minute, as far as the entries asked for go.</summary>
    /// <param name="Ship">By how much it changed.</param>
    /// <param name="Skip">By how much it changed.</param>
    /// <param name="Entries">How many entries that were.</param>
    /// <param name="At">When the last of them was committed, UTC: within the minute.</param>
    [SchemaName("LedgerMinute")]
    public sealed record MinuteAnswer(string Tool, long Ship, long Skip, long Entries, DateTimeOffset At);

    /// <param name="Minutes">The oldest first. Entries behind the last one asked for may belong to the same minute.</param>
    /// <param name="Next">Give it as <c>after</c> to read on; equal to the <c>after</c> asked for when nothing was new.</param>
    /// <param name="Epoch">Which lineage of the ledger this is; when it differs from that of the page before, read from the
    /// beginning.</param>
    [SchemaName("LedgerMinutes")]
    public sealed record MinutesPage(IReadOnlyList<MinuteAnswer> Minutes, long Next, long Epoch);

    /// <param name="Version">Entries of this tool so far.</param>
    /// <param name="At">When the last of them was committed, UTC.</param>
    /// <param name="Epoch">Which lineage of the ledger the version belongs to; a restored backup begins a new one, and a newer epoch wins
    /// whatever the version.</param>
    /// <param name="Held">Votes that wait for a decision and are in neither number.</param>
    /// <param name="Void">Votes that were removed and are in neither number.</param>
    /// <param name="Broad">Whether the votes come from enough networks for a ranking, null when unknown. Not how many: from that, a voter
    /// could tell whether the next one shares a network with somebody.</param>
    [SchemaName("LedgerTotals")]
    public sealed record TotalsAnswer(
        string Tool,
        long Ship,
        long Skip,
        long Version,
        DateTimeOffset At,
        long Epoch,
        long Held,
        long Void,
        bool? Broad
    );

    public static Task<IResult> EntriesAsync(HttpContext context, VoteLedger ledger, long after = 0, int limit = 1000) =>
        PageAsync(
            context,
            after,
            limit,
            async () =>
            {
                var entries = await ledger.EntriesAsync(after, Math.Min(limit, MaxLimit), context.RequestAborted);
                var answers = entries.ConvertAll(entry => new EntryAnswer(
                    entry.Id,
                    entry.Tool,
                    Leaf.MarkOf(entry.Pseudonym.ToByteArray()),
                    entry.Choice.Word(),
                    entry.Previous.Word(),
                    entry.Seq,
                    PublicTime.Of(entry.At),
                    Moderate.WordOf(entry.Kind),
                    entry.Kind is not (EntryKind.VoteNotCounted or EntryKind.Key),
                    entry.Decision?.Reason.Word(),
                    entry.Decision?.Moderator,
                    entry.Key
                ));
                return Json(new Page(answers, entries is [.., var last] ? last.Id : after), VotingJson.Default.Page);
            }
        );

    // The same defaults as above: for two handlers that differ in them alone the generated delegates are mixed up, and the process does not
    // start.
    public static Task<IResult> MinutesAsync(HttpContext context, VoteLedger ledger, long after = 0, int limit = 1000) =>
        PageAsync(
            context,
            after,
            limit,
            async () =>
            {
                var (epoch, minutes) = await ledger.MinutesAsync(after, Math.Min(limit, MaxMinutesLimit), context.RequestAborted);
                var answers = minutes.ConvertAll(minute => new MinuteAnswer(
                    minute.Tool,
                    minute.Ship,
                    minute.Skip,
                    minute.Entries,
                    PublicTime.Of(minute.At)
                ));
                return Json(
                    new MinutesPage(answers, minutes.Select(minute => minute.LastId).Append(after).Max(), epoch),
                    VotingJson.Default.MinutesPage
                );
            }
        );

    public static Task<IResult> TotalsAsync(HttpContext context, VoteLedger ledger) =>
        ReadAsync(
            context,
            async () =>
            {
                var (epoch, totals) = await ledger.TotalsAsync(context.RequestAborted);
                context.Response.Headers[LedgerEpoch.Header] = epoch.ToString(CultureInfo.InvariantCulture);
                return Json(
                    totals.ConvertAll(total => new TotalsAnswer(
                        total.Tool,
                        total.Ship,
                        total.Skip,
                        total.Version,
                        PublicTime.Of(total.At),
                        total.Epoch,
                        total.Held,
                        total.Void,
                        Breadth.Of(total)
                    )),
                    VotingJson.Default.ListTotalsAnswer
                );
            }
        );

    // Written out while the request holds its turn: thirty answers of a megabyte written at once would take the processors from votes.
    private static IResult Json<T>(T answer, JsonTypeInfo<T> type) =>
        TypedResults.Bytes(JsonSerializer.SerializeToUtf8Bytes(answer, type), "application/json; charset=utf-8");

    private static Task<IResult> PageAsync(HttpContext context, long after, int limit, Func<Task<IResult>> read) =>
        after < 0 || limit < 1
            ? Task.FromResult<IResult>(Problems.Of(400, "malformed-request", "'after' must be 0 or more and 'limit' 1 or more."))
            : ReadAsync(context, read);

    private static Task<IResult> ReadAsync(HttpContext context, Func<Task<IResult>> read) =>
        Refused.UnlessReadAsync(
            context,
            async () =>
            {
                var answer = await read();
                context.Response.Headers.CacheControl = "no-cache";
                return answer;
            }
        );
}
