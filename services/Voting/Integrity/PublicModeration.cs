using System.ComponentModel.DataAnnotations;
using Contracts;
using Hosting.Description;
using Hosting.Http;
using Voting.Ledger;
using Voting.Quota;

namespace Voting.Integrity;

/// <summary>What everybody may read: what was held, released and made void, of which tools' makers, and what the gate does.</summary>
internal sealed class PublicModeration(IntegrityStore store, GateFigures figures, TimeProvider timeProvider)
{
    private const int MaxLimit = 1000;

    /// <summary>How long a tool carries a notice.</summary>
    private static readonly TimeSpan Noticed = TimeSpan.FromDays(90);

    /// <param name="Action"><c>hold</c>, <c>release</c> or <c>void</c>.</param>
    /// <param name="Votes">To how many votes.</param>
    /// <param name="Ship">By how much it moved the tool's ship votes.</param>
    /// <param name="Skip">By how much it moved the tool's skip votes.</param>
    /// <param name="Moderator">A public name; <c>rule</c> for a rule.</param>
    /// <param name="At">UTC, cut to the minute.</param>
    [SchemaName("Moderation")]
    public sealed record ModerationAnswer(
        long Id,
        string Tool,
        [property: AllowedValues("hold", "release", "void")] string Action,
        string Reason,
        long Votes,
        long Ship,
        long Skip,
        string Moderator,
        string Note,
        DateTimeOffset At
    );

    /// <param name="Next">Give it as <c>after</c> to read on.</param>
    public sealed record ModerationPage(IReadOnlyList<ModerationAnswer> Moderations, long Next);

    /// <summary>A tool whose maker was found to have it flooded.</summary>
    /// <param name="Votes">How many were made void for that.</param>
    /// <param name="At">The last time, UTC, cut to the minute.</param>
    /// <param name="Until">How long the tool carries this notice.</param>
    [SchemaName("FloodNotice")]
    public sealed record NoticeAnswer(string Tool, long Votes, DateTimeOffset At, DateTimeOffset Until);

    /// <summary>First votes at the gate in the last 24 hours, on all tools.</summary>
    /// <param name="Counted">At once.</param>
    /// <param name="Held">After the work that was asked for.</param>
    /// <param name="Asked">Answers that asked for work instead of taking the vote; who then does it is held.</param>
    /// <param name="AskedFor">The same by what there was too much of: <c>tool</c>, first votes on the tool from one network that day;
    /// <c>network</c>, new voters from a network that day; <c>address</c>, new voters from an address that hour.</param>
    /// <param name="Since">UTC, a full hour.</param>
    [SchemaName("GateFigures")]
    public sealed record GateAnswer(DateTimeOffset Since, long Counted, long Held, long Asked, AskedAnswer AskedFor);

    [SchemaName("GateRefusals")]
    public sealed record AskedAnswer(long Tool, long Network, long Address);

    public Task<IResult> ListAsync(HttpContext context, long after = 0, int limit = 100) =>
        after < 0 || limit < 1
            ? Task.FromResult<IResult>(Problems.Of(400, "malformed-request", "'after' must be 0 or more and 'limit' 1 or more."))
            : Refused.UnlessReadAsync(
                context,
                async () =>
                {
                    var records = await store.ModerationsAsync(after, Math.Min(limit, MaxLimit), context.RequestAborted);
                    context.Response.Headers.CacheControl = "no-cache";
                    return TypedResults.Json(
                        new ModerationPage(records.ConvertAll(Of), records is [.., var last] ? last.Id : after),
                        VotingJson.Default.ModerationPage
                    );
                }
            );

    public Task<IResult> NoticesAsync(HttpContext context) =>
        Refused.UnlessReadAsync(
            context,
            async () =>
            {
                var notices = await store.VoidedAsync(Reason.MakerFlood, timeProvider.GetUtcNow() - Noticed, context.RequestAborted);
                context.Response.Headers.CacheControl = "no-cache";
                return TypedResults.Json(
                    notices.ConvertAll(notice => new NoticeAnswer(
                        notice.Tool,
                        notice.Votes,
                        PublicTime.Of(notice.At),
                        PublicTime.Of(notice.At) + Noticed
                    )),
                    VotingJson.Default.ListNoticeAnswer
                );
            }
        );

    public Task<IResult> GateAsync(HttpContext context) =>
        Refused.UnlessReadAsync(
            context,
            async () =>
            {
                var day = await figures.OfDayAsync(context.RequestAborted);
                context.Response.Headers.CacheControl = "no-cache";
                return TypedResults.Json(
                    new GateAnswer(
                        figures.DayBegan(),
                        Sum(figure => figure.Outcome is Gate.Count),
                        Sum(figure => figure.Outcome is Gate.Hold),
                        Sum(figure => figure.Outcome is Gate.Refuse),
                        new AskedAnswer(AskedFor(Bound.Tool), AskedFor(Bound.Network), AskedFor(Bound.Address))
                    ),
                    VotingJson.Default.GateAnswer
                );

                long Sum(Func<GateFigure, bool> some) => day.Where(some).Sum(figure => figure.Votes);

                long AskedFor(Bound bound) => Sum(figure => figure.Outcome is Gate.Refuse && figure.Bound == bound);
            }
        );

    private static ModerationAnswer Of(ModerationRecord record) =>
        new(
            record.Id,
            record.Tool,
            Moderate.WordOf(record.Kind),
            record.Reason.Word()!,
            record.Votes,
            record.Ship,
            record.Skip,
            record.Moderator,
            record.Note,
            PublicTime.Of(record.At)
        );
}
