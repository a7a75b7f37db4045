using Hosting.Observability;
using Voting.Ledger;
using Voting.Quota;
using Voting.Relay;

namespace Voting.Integrity;

/// <summary>
/// Looks at the tools that got first votes, off the votes' path: holds what a flood left in the numbers, releases what turned out honest,
/// and opens cases for moderators. One replica looks at a time.
/// </summary>
internal sealed class Detection(
    IntegrityStore store,
    VoteLedger ledger,
    TotalsRelay relay,
    VoteGate gate,
    GateFigures figures,
    CohortStore cohorts,
    QuotaSettings quota,
    [FromKeyedServices("Ledger")] Hosting.Databases.Schema schema,
    TimeProvider timeProvider,
    ILogger<Detection> logger
) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    // The first votes of a flood are no crowd yet: they are looked at again with those that follow.
    private static readonly TimeSpan Back = TimeSpan.FromSeconds(10);

    private readonly string _me = Guid.NewGuid().ToString("N");
    private readonly Outage _outage = new();
    private DateTimeOffset? _looked;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!gate.Enabled)
            return;
        await schema.Applied.WaitAsync(stoppingToken);
        while (true)
        {
            try
            {
                await LookAsync(stoppingToken);
                if (_outage.Works())
                    VotingLog.LooksAgain(logger);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                if (_outage.Fails())
                    VotingLog.NotLooked(logger, error.Message);
            }

            await Task.Delay(LookEvery, timeProvider, stoppingToken);
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var now = timeProvider.GetUtcNow();
        if (!await store.TryLeadAsync(_me, now, now + Lease, cancellationToken))
            return;
        foreach (var tool in await store.ToolsAsync(_looked - Back ?? now - CohortFollower.Kept, cancellationToken))
            await LookAsync(tool, now, cancellationToken);
        _looked = now;
    }

    private async Task LookAsync(string tool, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var votes = await store.FirstVotesAsync(tool, cancellationToken);
        var past = new ToolPast(
            await store.CountedAsync(tool, cancellationToken),
            await figures.HoursAsync(tool, cancellationToken),
            await store.ReleasedAsync(tool, cancellationToken)
        );
        var salt = await cohorts.SaltAsync(QuotaWindows.Of(now).Day, cancellationToken);
        await DoAsync(tool, EntryKind.Hold, Reason.CrowdedNetwork, Surplus.Of(votes, past, quota, salt, now), cancellationToken);
        var found = Look.At(votes, past, now);
        await DoAsync(tool, EntryKind.Hold, found.HoldFor, found.Hold, cancellationToken);
        await DoAsync(tool, EntryKind.Release, Reason.HonestCrowd, found.Release, cancellationToken);
        await DoAsync(tool, EntryKind.Void, Reason.Undecided, found.Void, cancellationToken);
        if (found.Finding is not Reason.None)
            await store.OpenAsync(tool, found.Finding, found.StandardErrors, now, cancellationToken);
        else if (votes.TrueForAll(vote => !vote.State.IsHeld))
            await store.CloseAsync(tool, now, cancellationToken);
    }

    private async Task DoAsync(
        string tool,
        EntryKind kind,
        Reason reason,
        IReadOnlyList<HashedVoter> voters,
        CancellationToken cancellationToken
    )
    {
        if (voters.Count == 0)
            return;
        var moderated = await ledger.ModerateAsync(new Moderation(tool, kind, reason, Decision.Rule, "", voters), cancellationToken);
        if (moderated.Moved is { } moved)
            relay.Moved([moved]);
        VotingLog.Moderated(logger, kind, moderated.Votes, tool, reason.Word()!);
    }
}
