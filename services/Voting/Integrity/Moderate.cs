using Contracts;
using Contracts.Log;
using Hosting.Description;
using Hosting.Http;
using Hosting.Identity;
using Voting.Ledger;
using Voting.Relay;

namespace Voting.Integrity;

/// <summary>What moderators see and do. Never a voter's identity.</summary>
internal sealed class Moderate(IntegrityStore store, VoteLedger ledger, TotalsRelay relay, TimeProvider timeProvider)
{
    private const int LongestNote = 500;
    private const int Cases = 100;

    /// <param name="Reason">One of <c>flood</c>, <c>maker-flood</c>, <c>concentrated</c>, <c>one-network</c>, <c>sleepers</c>,
    /// <c>paid-votes</c>, <c>test-votes</c>, <c>honest-crowd</c>, <c>mistake</c>, <c>other</c>.</param>
    /// <param name="Note">For the public, at most 500 characters.</param>
    /// <param name="Group">The <c>id</c> of one of the case's groups; left out, the decision is on the whole case.</param>
    [SchemaName("ModerationDecision")]
    public sealed record DecisionBody(string Reason, string? Note = null, string? Group = null);

    /// <summary>Some votes of a case.</summary>
    /// <param name="Networks">How many networks they came from.</param>
    [SchemaName("CaseVotes")]
    public sealed record GroupAnswer(long Ship, long Skip, long Networks);

    /// <param name="Finding">Why it is open: <c>concentrated</c>, <c>one-network</c>, <c>sleepers</c>, <c>crowded-network</c> or
    /// <c>velocity</c>.</param>
    /// <param name="StandardErrors">By how many the votes in question lean away from the tool's others.</param>
    /// <param name="Suspects">Votes still counted that came from crowded networks or from sleepers: what <c>hold</c> would hold.</param>
    /// <param name="Held">What <c>release</c> and <c>void</c> are about.</param>
    /// <param name="Counted">The tool's numbers now.</param>
    /// <param name="Groups">Voters of one network each, the largest first.</param>
    /// <param name="Minutes">First votes of the last 48 hours by the minute.</param>
    [SchemaName("ModerationCase")]
    public sealed record CaseAnswer(
        long Id,
        string Tool,
        string Finding,
        double StandardErrors,
        DateTimeOffset OpenedAt,
        DateTimeOffset? DecidedAt,
        GroupAnswer Suspects,
        GroupAnswer Held,
        GroupAnswer Counted,
        IReadOnlyList<CohortAnswer> Groups,
        IReadOnlyList<CaseMinute> Minutes
    );

    /// <param name="Id">Says nothing of the network, and is another one in each case.</param>
    /// <param name="Network">How wide it is: <c>IPv4 /24</c>.</param>
    /// <param name="Counted">What <c>hold</c> with this <c>group</c> would hold.</param>
    /// <param name="Held">What <c>release</c> and <c>void</c> with it are about.</param>
    /// <param name="Void">How many votes of it are void.</param>
    [SchemaName("CaseGroup")]
    public sealed record CohortAnswer(
        string Id,
        string Network,
        GroupAnswer Counted,
        GroupAnswer Held,
        long Void,
        DateTimeOffset FirstAt,
        DateTimeOffset LastAt
    );

    /// <param name="Crowded">Of these, how many came from networks with several new voters.</param>
    public sealed record CaseMinute(DateTimeOffset Minute, long Ship, long Skip, long Crowded);

    public Task<IResult> CasesAsync(HttpContext context) =>
        Refused.UnlessReadAsync(
            context,
            async () =>
            {
                var answers = new List<CaseAnswer>();
                foreach (var found in await store.CasesAsync(Cases, context.RequestAborted))
                    answers.Add(await OfAsync(found, context.RequestAborted));
                return TypedResults.Json(answers, VotingJson.Default.ListCaseAnswer);
            }
        );

    public Task<IResult> DecideAsync(HttpContext context, long id, EntryKind kind, DecisionBody body) =>
        Refused.UnlessReadAsync(
            context,
            async () =>
            {
                if (Reasons.Parse(body.Reason) is not { } reason)
                    return Problems.Of(400, "malformed-reason", $"The reason must be one of {string.Join(", ", Reasons.ForModerators)}.");
                var note = body.Note?.Trim() ?? "";
                if (note.Length > LongestNote)
                    return Problems.Of(400, "malformed-note", $"A note has at most {LongestNote} characters.");
                if (await store.CaseAsync(id, context.RequestAborted) is not { } found)
                    return Problems.Of(404, "unknown-case", "There is no such case.");
                var votes = await store.FirstVotesAsync(found.Tool, context.RequestAborted);
                var group = body.Group is null ? null : VoterGroup.Of(votes, id).Find(some => some.Id == body.Group);
                if (body.Group is not null && group is null)
                    return Problems.Of(404, "unknown-group", "The case has no such group.");
                IReadOnlyList<HashedVoter> voters = kind switch
                {
                    EntryKind.Hold when group is not null => group.Voters(vote => vote.State.IsCounted),
                    EntryKind.Hold => Look.Suspects(votes, timeProvider.GetUtcNow()),
                    _ when group is not null => group.Voters(vote => vote.State.IsHeld),
                    _ => [.. votes.Where(vote => vote.State.IsHeld).Select(vote => vote.Voter)],
                };
                // Not to be broken off half-way by a browser that is closed.
                var moderated = await ledger.ModerateAsync(
                    new Moderation(found.Tool, kind, reason, NameOf(context), note, voters),
                    CancellationToken.None
                );
                if (moderated.Moved is not { } moved)
                    return Problems.Of(409, "nothing-to-decide", "No vote of this case is in a state that allows it.");
                relay.Moved([moved]);
                if (kind is not EntryKind.Hold && voters.Count == votes.Count(vote => vote.State.IsHeld))
                    await store.CloseAsync(found.Tool, timeProvider.GetUtcNow(), CancellationToken.None);
                return TypedResults.Json(
                    await OfAsync((await store.CaseAsync(id, CancellationToken.None))!, CancellationToken.None),
                    VotingJson.Default.CaseAnswer
                );
            }
        );

    private async Task<CaseAnswer> OfAsync(IntegrityCase found, CancellationToken cancellationToken)
    {
        var votes = await store.FirstVotesAsync(found.Tool, cancellationToken);
        var suspects = Look.Suspects(votes, timeProvider.GetUtcNow()).ToHashSet();
        var counted = await store.CountedAsync(found.Tool, cancellationToken);
        return new CaseAnswer(
            found.Id,
            found.Tool,
            found.Finding.Word()!,
            Math.Round(found.StandardErrors, 1),
            PublicTime.Of(found.OpenedAt),
            found.DecidedAt is { } decided ? PublicTime.Of(decided) : null,
            Group([.. votes.Where(vote => suspects.Contains(vote.Voter))]),
            Group([.. votes.Where(vote => vote.State.IsHeld && vote.Stands)]),
            new GroupAnswer(counted.Ship, counted.Skip, 0),
            VoterGroup.Of(votes, found.Id).ConvertAll(Of),
            [
                .. votes
                    .GroupBy(vote => PublicTime.Of(vote.At))
                    .OrderBy(minute => minute.Key)
                    .Select(minute => new CaseMinute(
                        minute.Key,
                        minute.Count(vote => vote.Choice is Choice.Ship),
                        minute.Count(vote => vote.Choice is Choice.Skip),
                        minute.Count(vote => suspects.Contains(vote.Voter) || vote.State.IsHeld)
                    )),
            ]
        );
    }

    private static GroupAnswer Group(List<FirstVote> votes)
    {
        var sample = Sample.Of(votes);
        return new GroupAnswer(sample.Ship, sample.Skip, votes.Select(vote => vote.Neighborhood).Distinct().Count());
    }

    private static CohortAnswer Of(VoterGroup group) =>
        new(
            group.Id,
            group.Network,
            Group([.. group.Votes.Where(vote => vote.State.IsCounted)]),
            Group([.. group.Votes.Where(vote => vote.State.IsHeld)]),
            group.Votes.Count(vote => !vote.State.IsCounted && !vote.State.IsHeld),
            PublicTime.Of(group.Votes.Min(vote => vote.At)),
            PublicTime.Of(group.Votes.Max(vote => vote.At))
        );

    internal static string WordOf(EntryKind kind) =>
        kind switch
        {
            EntryKind.Hold => "hold",
            EntryKind.Release => "release",
            EntryKind.Void => "void",
            EntryKind.Key => "key",
            _ => "vote",
        };

    // As the public log writes it: one word of letters, digits, dots, hyphens and underscores.
    private static string NameOf(HttpContext context)
    {
        var name = string.Concat(EditorAccess.NameOf(context).Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' ? c : '-'));
        name = name.Trim('-')[..Math.Min(name.Trim('-').Length, DecisionLeaf.MaxWord)];
        return name.Length == 0 || name == Decision.Rule ? "moderator" : name;
    }
}
